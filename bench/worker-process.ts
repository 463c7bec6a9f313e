// A worker with its record and queue, and nothing else. Runs as a child of a benchmark, which asks it to run jobs.
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createOpenAiModel } from "@pharmadb/agents";
import { WORKER_QUEUES } from "@pharmadb/config";
import { newId, parse, ResearchRequest } from "@pharmadb/contracts";
import { createEgress } from "@pharmadb/egress";
import { openQueues } from "@pharmadb/queue";
import { startSandbox } from "@pharmadb/sandbox";
import {
  applyMigrations,
  createFile,
  createResearch,
  fileStorageKey,
  openDiskFiles,
  openDispatcher,
  openPglite,
} from "@pharmadb/store";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import { startWorker } from "@pharmadb/worker";
import { serveBench } from "./child-process.ts";
import { acceptFile } from "./made-files.ts";
import { plainCalls } from "./plain-calls.ts";

/** Each job gets one of the files, in turn. */
type JobsQuestion = { jobs: number; fileIds?: string[] };
/** Takes the file as an upload would, and gives its id. */
type AcceptQuestion = { accept: string };
/** The model calls of so many jobs and nothing else. */
type FloorQuestion = { floorOf: number; bodies: unknown[] };
type Question = JobsQuestion | AcceptQuestion | FloorQuestion;

export type JobsAnswer = {
  wallMs: number;
  cpuMs: number;
  /** Resident memory before the jobs, after a collection, and the most while they ran. */
  residentBefore: number;
  residentMost: number;
  completed: number;
};

const TENANT = "bench";
const SAMPLE_MS = 20;
const NO_TIMER = { dispatchMs: 60 * 60 * 1000 };
const [dataDir = "", modelUrl = "", concurrency = "", processes = "1"] = process.argv.slice(2);

const opening = new AsyncDisposableStack();
const database = opening.adopt(await openPglite({ dataDir: join(dataDir, "record") }), (opened) => opened.close());
await applyMigrations(database.sql);
const queues = opening.adopt(await openQueues({ database: database.pool }), (opened) => opened.close());
const sandbox = opening.adopt(
  await startSandbox({ processes: Number(processes), cacheDir: join(dataDir, "tables") }),
  (it) => it.close(),
);
const connections = Number(concurrency);
const model = createOpenAiModel({
  apiKey: "sk-bench",
  baseURL: modelUrl,
  model: "gpt-5-mini",
  maxConnections: connections,
});
const dispatcher = openDispatcher({ sql: database.sql, add: queues.research.addBulk, onError: console.error });
const files = openDiskFiles({ directory: join(dataDir, "files") });
const logger = createLogger({ level: "error", service: "bench" });
opening.adopt(
  await startWorker({
    config: {
      workerConcurrency: connections,
      workerQueues: WORKER_QUEUES,
      requestTimeoutSeconds: 300,
      webhookRetryMs: [],
      maxQueuedPerTenant: 1_000_000,
      retentionDays: null,
    },
    deps: {
      sql: database.sql,
      queues,
      egress: createEgress({ allowPrivate: false }),
      files,
      sandbox,
      model,
      logger,
      metrics: createMetrics(),
      // Jobs begin when the benchmark says so.
      timing: NO_TIMER,
    },
  }),
  (worker) => worker.close(),
);

async function accept(path: string): Promise<string> {
  const { path: _, ...file } = await acceptFile(sandbox, path);
  const storageKey = fileStorageKey(TENANT, file.sha256);
  const copy = join(dataDir, "upload");
  await copyFile(path, copy);
  await files.put(storageKey, copy);
  const created_at = new Date().toISOString();
  const stored = { ...file, id: newId("file"), object: "file", created_at } as const;
  return (await createFile(database.sql, { tenantId: TENANT, file: stored, storageKey })).id;
}

async function submit(fileId: string | undefined): Promise<string> {
  const id = newId("res");
  const file_ids = fileId === undefined ? [] : [fileId];
  const request = parse(ResearchRequest, { question: "What is there?", depth: "quick", file_ids });
  await createResearch(database.sql, {
    tenantId: TENANT,
    id,
    request,
    timeoutSeconds: null,
    expiresAt: null,
    idempotency: null,
  });
  return id;
}

/** Settles when none of the jobs is unfinished; asked once for each hint that one has changed. */
async function untilFinished(ids: string[]): Promise<number> {
  const ends = ids.map(
    (id) =>
      new Promise<void>((resolve) => {
        const look = async () => {
          const [row] = await database.sql.query("select 1 from research where id = $1 and finished_at is not null", [
            id,
          ]);
          if (!row) return;
          subscription[Symbol.dispose]();
          resolve();
        };
        const subscription = queues.wakeups.subscribe(id, () => void look());
      }),
  );
  dispatcher.poke();
  await Promise.all(ends);
  const [row] = await database.sql.query<{ n: number }>(
    "select count(*)::integer as n from research where id = any ($1::text[]) and status = 'completed'",
    [ids],
  );
  return row?.n ?? 0;
}

async function runJobs({ jobs, fileIds = [] }: JobsQuestion): Promise<JobsAnswer> {
  const ids: string[] = [];
  for (let i = 0; i < jobs; i++) ids.push(await submit(fileIds[i % fileIds.length]));
  globalThis.gc?.();
  const residentBefore = process.memoryUsage.rss();
  let residentMost = residentBefore;
  const sampling = setInterval(() => {
    residentMost = Math.max(residentMost, process.memoryUsage.rss());
  }, SAMPLE_MS);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const completed = await untilFinished(ids);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(sampling);
  return { wallMs, cpuMs: (user + system) / 1000, residentBefore, residentMost, completed };
}

async function answer(question: Question): Promise<JobsAnswer | { id: string } | { cpuMs: number }> {
  if ("accept" in question) return { id: await accept(question.accept) };
  if ("floorOf" in question) return plainCalls(modelUrl, { ...question, jobs: question.floorOf });
  return runJobs(question);
}

serveBench(answer, async () => {
  await opening.disposeAsync();
  await rm(dataDir, { recursive: true, force: true });
});
