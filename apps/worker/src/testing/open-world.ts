import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { WORKER_QUEUES, type WorkerQueue } from "@pharmadb/config";
import { isTerminal, newId, parse, RedisUrl, type Report, ResearchRequest } from "@pharmadb/contracts";
import { createEgress } from "@pharmadb/egress";
import { openQueues, type Queues } from "@pharmadb/queue";
import type { Sandbox } from "@pharmadb/sandbox";
import {
  applyMigrations,
  type Claim,
  claimResearch,
  createFile,
  createResearch,
  type Database,
  type FileStorage,
  fileStorageKey,
  getResearch,
  listEvents,
  openDiskFiles,
  openDispatcher,
  openPglite,
  type ResearchRecord,
} from "@pharmadb/store";
import { createLogger, createMetrics, type Logger, type Metrics } from "@pharmadb/telemetry";
import type { RunAgents } from "../process-research.ts";
import { startWorker, type WorkerDeps } from "../start-worker.ts";

export const TENANT = "default";
/** Wake-ups tell of changes; this is for those before the subscription and for what is not in the record. */
const RECHECK_MS = 500;

type LogLine = { level: string; message: string; [field: string]: unknown };

export type World = AsyncDisposable & {
  database: Database;
  queues: Queues;
  files: FileStorage;
  logs: LogLine[];
  logger: Logger;
  metrics: Metrics;
  /** Folder of the jobs' temporary folders. */
  tempDir: string;
  start(
    runAgents: RunAgents,
    options?: {
      timing?: WorkerDeps["timing"];
      concurrency?: number;
      timeoutSeconds?: number;
      queues?: readonly WorkerQueue[];
      webhookRetryMs?: readonly number[];
      retentionDays?: number | null;
      maxQueuedPerTenant?: number;
      now?: () => Date;
    },
  ): Promise<AsyncDisposable>;
  /** Writes a job into the record and tells nobody. */
  create(request?: Partial<ResearchRequest>): Promise<string>;
  /** Writes a job into the record and has it dispatched as the API does. */
  submit(request?: Partial<ResearchRequest>): Promise<string>;
  /** Has another worker claim a job, whoever runs it; one that dies with it unless told otherwise. */
  claimElsewhere(id: string): Promise<Claim>;
  /** A file in the storage, of some bytes. */
  upload(content?: string): Promise<string>;
  until(id: string, holds: (research: ResearchRecord) => boolean): Promise<ResearchRecord>;
  untilEnd(id: string): Promise<ResearchRecord>;
  eventTypes(id: string): Promise<string[]>;
};

/** A report that says nothing, for runs that are about something else. */
export function emptyReport(title = "Nothing"): Report {
  return {
    title,
    answer: "",
    model: "none",
    findings: [],
    tables: [],
    charts: [],
    searched: [],
    partial: false,
    limitations: [],
    output: null,
    markdown: "",
  };
}

/** A file storage as on other machines: what a job reads is a copy in the job's folder. */
function copyingFiles(directory: string): FileStorage {
  const disk = openDiskFiles({ directory });
  return {
    ...disk,
    async materialize(key, target, signal) {
      const path = join(target, basename(key));
      await copyFile(await disk.materialize(key, target, signal), path);
      return path;
    },
  };
}

function unusedSandbox(): Sandbox {
  const unused = () => Promise.reject(new Error("The sandbox is not for this test."));
  return { inspect: unused, query: unused, passages: unused, close: async () => undefined };
}

/** Record, queue and file storage in memory and a temporary folder, or the queue on a Redis, with all that a worker's test asks of them. */
export async function openWorld({ redisUrl }: { redisUrl?: string } = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-worker-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const tempDir = await mkdtemp(join(directory, "jobs-"));
  const database = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close());
  const { sql } = database;
  await applyMigrations(sql);
  const queues = stack.adopt(
    await openQueues(
      redisUrl === undefined ? { database: database.pool } : { redis: RedisUrl.parse(redisUrl), absent: "refuse" },
    ),
    (opened) => opened.close(),
  );
  const files = copyingFiles(join(directory, "files"));
  const logs: LogLine[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logs.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const logger = createLogger({ level: "info", service: "worker-test", stream });
  const metrics = createMetrics();
  const egress = createEgress({ allowPrivate: true, limits: { totalMs: 2_000 } });
  const model = { name: "none", respond: () => Promise.reject(new Error("The model is not for this test.")) };

  async function create(request: Partial<ResearchRequest> = {}): Promise<string> {
    const id = newId("res");
    const { timeout_seconds: timeoutSeconds = null, ...body } = { question: "How many?", ...request };
    await createResearch(sql, {
      tenantId: TENANT,
      id,
      request: parse(ResearchRequest, body),
      timeoutSeconds,
      expiresAt: null,
      idempotency: null,
    });
    return id;
  }

  async function until(id: string, holds: (research: ResearchRecord) => boolean): Promise<ResearchRecord> {
    let changed = Promise.withResolvers<void>();
    using _subscription = queues.wakeups.subscribe(id, () => changed.resolve());
    for (;;) {
      const research = await getResearch(sql, TENANT, id);
      if (research && holds(research)) return research;
      const timer = setTimeout(changed.resolve, RECHECK_MS);
      await changed.promise;
      clearTimeout(timer);
      changed = Promise.withResolvers<void>();
    }
  }

  const dispatcher = stack.adopt(
    openDispatcher({
      sql,
      add: queues.research.addBulk,
      onError: (error) => logger.error("dispatching failed", { error }),
    }),
    (opened) => opened.close(),
  );
  const owned = stack.move();
  return {
    database,
    queues,
    files,
    logs,
    logger,
    metrics,
    tempDir,
    async start(
      runAgents,
      {
        timing = {},
        concurrency = 10,
        timeoutSeconds = 30,
        queues: served = WORKER_QUEUES,
        webhookRetryMs = [],
        retentionDays = null,
        maxQueuedPerTenant = 1_000,
        now = () => new Date(),
      } = {},
    ) {
      const worker = await startWorker({
        config: {
          workerConcurrency: concurrency,
          workerQueues: served,
          requestTimeoutSeconds: timeoutSeconds,
          webhookRetryMs,
          retentionDays,
          maxQueuedPerTenant,
        },
        deps: {
          sql,
          queues,
          egress,
          files,
          sandbox: unusedSandbox(),
          logger,
          metrics,
          model,
          runAgents,
          tempDir,
          timing,
          now,
        },
      });
      return { [Symbol.asyncDispose]: () => worker.close() };
    },
    create,
    async submit(request = {}) {
      const id = await create(request);
      dispatcher.poke();
      return id;
    },
    async claimElsewhere(id) {
      const [row] = await sql.query<{ dispatch: number }>(
        `update research set status = 'queued', dispatch = dispatch + 1, dispatched_at = clock_timestamp()
         where id = $1 and status in ('queued', 'running') returning dispatch`,
        [id],
      );
      return claimResearch(sql, { id, dispatch: row?.dispatch ?? 0, workerId: "elsewhere" });
    },
    async upload(content = "USUBJID,AGE\n01,71\n") {
      const sha256 = randomBytes(32).toString("hex");
      const path = join(directory, sha256);
      await writeFile(path, content);
      await files.put(fileStorageKey(TENANT, sha256), path);
      const id = newId("file");
      const profile = { name: null, label: null, row_count: 1, columns: [], more_tables: [] };
      const about = {
        object: "file",
        bytes: Buffer.byteLength(content),
        media_type: "text/csv",
        kind: "table",
      } as const;
      const created_at = new Date().toISOString();
      const file = { id, ...about, name: "dm.csv", sha256, created_at, profile };
      await createFile(sql, { tenantId: TENANT, file, storageKey: fileStorageKey(TENANT, sha256) });
      return id;
    },
    until,
    untilEnd: (id) => until(id, ({ status }) => isTerminal(status)),
    eventTypes: async (id) => (await listEvents(sql, TENANT, id, { after: 0, limit: 100 })).map(({ type }) => type),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The names of the temporary folders that jobs have left behind. */
export const leftFolders = (world: World) => readdir(world.tempDir);
