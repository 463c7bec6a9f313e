import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type ApiProcess, startApiProcess, startWorkerProcess, type TestProcess } from "@pharmadb/cli/testing";
import { startRedis, type TestRedis } from "@pharmadb/queue/testing";
import { startPostgres, type TestPostgres } from "@pharmadb/store/testing";
import { temporaryFolder } from "../end-to-end/temporary-folder.ts";

const WORKER_CONCURRENCY = 20;
const START_AGAIN_MS = 500;
/** It could not open the record, or the record went away before it had said that it lives. */
const NO_DATABASE = /DATABASE_URL:|RecordUnreachable:/;

export type Fleet = AsyncDisposable & {
  postgres: TestPostgres;
  redis: TestRedis;
  apis: ApiProcess[];
  workers: TestProcess[];
  /** Where all processes keep their files. */
  dataDir: string;
  /** A small table of adverse events. */
  tablePath: string;
  /** Ends a worker as a crash does, and starts another in its place. */
  replaceWorker(index: number): Promise<void>;
  /** Asks every process to end; gives their exit codes. */
  stop(): Promise<(number | NodeJS.Signals)[]>;
};

/** As a supervisor does: a process that finds no database when it starts says so and ends, and is started again. */
async function startUntilItRuns(start: () => Promise<TestProcess>): Promise<TestProcess> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Error && NO_DATABASE.test(error.message))) throw error;
      await pause(START_AGAIN_MS);
    }
  }
}

/** Three API and four worker processes on one Redis, one Postgres and one model. */
export async function startFleet(modelUrl: string): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const dataDir = join(folder.path, "data");
  await mkdir(dataDir);
  const tablePath = join(folder.path, "ae.csv");
  await writeFile(tablePath, "USUBJID,AETERM\n01,Headache\n02,Nausea\n02,Rash\n");
  const redis = stack.use(await startRedis({ appendOnly: true }));
  const postgres = stack.use(await startPostgres());
  const env = {
    DATABASE_URL: postgres.connectionString,
    REDIS_URL: redis.url,
    PHARMADB_DATA_DIR: dataDir,
    OPENAI_API_KEY: "sk-chaos",
    OPENAI_BASE_URL: modelUrl,
    WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    SANDBOX_PROCESSES: "1",
    WEBHOOK_ALLOW_PRIVATE: "true",
    WEBHOOK_RETRY_SCHEDULE: Array(20).fill("1s").join(","),
    LOG_LEVEL: "warn",
  };
  // The first one migrates, so that the others do not wait for each other.
  const apis = [stack.use(await startApiProcess({ env }))];
  for (let count = 0; count < 2; count++) apis.push(stack.use(await startApiProcess({ env })));
  const startWorker = () => startWorkerProcess({ env });
  const workers: TestProcess[] = [];
  stack.defer(async () => {
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  });
  for (let count = 0; count < 4; count++) workers.push(await startWorker());
  const owned = stack.move();
  return {
    postgres,
    redis,
    apis,
    workers,
    dataDir,
    tablePath,
    async replaceWorker(index) {
      await workers[index]?.[Symbol.asyncDispose]();
      workers[index] = await startUntilItRuns(startWorker);
    },
    stop() {
      const all = [...workers, ...apis];
      for (const one of all) one.signal("SIGTERM");
      return Promise.all(all.map(({ ended }) => ended));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
