// From adding a job to the queue until a worker holds it, on PGlite: the service's queue against bare BullMQ.
import { randomUUID } from "node:crypto";
import { openQueues } from "@pharmadb/queue";
import { type Database, openPglite } from "@pharmadb/store";
import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { type Figure, percentile, printTable, twoDecimals } from "./figures.ts";

const SAMPLES = 300;
const WARM_UP = 30;
const TARGET_MS = 20;

type Measured = AsyncDisposable & { add(id: string): Promise<void>; onStart: (id: string) => void };

async function ownQueue(database: Database): Promise<Measured> {
  const queues = await openQueues({ database: database.pool });
  const measured: Measured = {
    onStart: () => undefined,
    add: (id) => queues.research.add(id, { priority: "interactive" }),
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await queues.close();
    },
  };
  const worker = queues.startResearchWorker({
    concurrency: 10,
    process: async (id) => {
      measured.onStart(id);
      return "done";
    },
  });
  return measured;
}

async function bareQueue(database: Database): Promise<Measured> {
  const client = await database.pool.connect();
  await runMigrations(client);
  client.release();
  const options = { connection: database.pool };
  const queue = new Queue("floor", options, createPostgresBackend);
  const measured: Measured = {
    onStart: () => undefined,
    add: async (id) => void (await queue.add("floor", {}, { jobId: id, removeOnComplete: true })),
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await queue.close();
    },
  };
  const worker = new Worker(
    "floor",
    async (job) => measured.onStart(job.id ?? ""),
    { ...options, concurrency: 10 },
    createPostgresBackend,
  );
  await worker.waitUntilReady();
  return measured;
}

/** Milliseconds from the call of `add` to the start, one job at a time. */
async function sample(measured: Measured): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < WARM_UP + SAMPLES; i++) {
    const id = randomUUID();
    const start = performance.now();
    const started = new Promise<void>((resolve) => {
      measured.onStart = (each) => each === id && resolve();
    });
    await measured.add(id);
    await started;
    if (i >= WARM_UP) took.push(performance.now() - start);
  }
  return took;
}

export async function benchAddToStart(): Promise<Figure[]> {
  const results: number[][] = [];
  for (const open of [bareQueue, ownQueue]) {
    const database = await openPglite({ dataDir: null });
    {
      await using measured = await open(database);
      results.push(await sample(measured));
    }
    await database.close();
  }
  const [floor = [], ours = []] = results;
  const at = (share: number) => [percentile(floor, share), percentile(ours, share)] as const;
  printTable(
    `From add to start on PGlite (${SAMPLES} jobs, one at a time; target: p50 under ${TARGET_MS} ms)`,
    ["", "bare BullMQ ms", "service ms", "service ÷ bare"],
    [0.5, 0.95, 0.99].map((share) => {
      const [a, b] = at(share);
      return [`p${share * 100}`, twoDecimals(a), twoDecimals(b), twoDecimals(b / a)];
    }),
  );
  const [bare, service] = at(0.5);
  return [
    {
      name: "from add to start, median (bare BullMQ)",
      value: `${twoDecimals(service)} ms (${twoDecimals(bare)} ms)`,
      target: `under ${TARGET_MS} ms`,
      met: service < TARGET_MS,
    },
  ];
}
