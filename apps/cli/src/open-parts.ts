import { join } from "node:path";
import type { Config } from "@pharmadb/config";
import { createEgress, type Egress } from "@pharmadb/egress";
import { openQueues, type Queues } from "@pharmadb/queue";
import { type Sandbox, startSandbox } from "@pharmadb/sandbox";
import {
  applyMigrations,
  countBacklog,
  type Database,
  type FileStorage,
  openDiskFiles,
  openPglite,
  openPostgres,
  openSupabaseFiles,
  releaseAll,
} from "@pharmadb/store";
import { createMetrics, type Logger, type Metrics } from "@pharmadb/telemetry";
import { nameVariable } from "./name-variable.ts";
import { openProcessFolder } from "./open-process-folder.ts";

/** As much of a receiver's answer as is kept. */
const WEBHOOK_ANSWER_BYTES = 1024;

/** What API and worker stand on, open. */
export type Parts = {
  sql: Database["sql"];
  queues: Queues;
  files: FileStorage;
  sandbox: Sandbox;
  egress: Egress;
  logger: Logger;
  metrics: Metrics;
  /** Where temporary folders are made. */
  tempDir: string;
};

/** The record as the configuration says: a Postgres, or embedded in the data folder. */
export async function openDatabase(
  { databaseUrl, databaseMaxConnections, dataDir }: Config,
  log?: Logger,
): Promise<Database> {
  if (databaseUrl === null) return nameVariable("PHARMADB_DATA_DIR", openPglite({ dataDir: join(dataDir, "record") }));
  await using stack = new AsyncDisposableStack();
  const opening = openPostgres({
    connectionString: databaseUrl,
    maxConnections: databaseMaxConnections,
    ...(log && { log }),
  });
  const database = stack.adopt(await opening, (opened) => opened.close());
  // The first use connects.
  await nameVariable("DATABASE_URL", database.sql.query("select 1"));
  stack.move();
  return database;
}

/** A worker can wait for a Redis that is away at its start; what answers requests rather does not start. */
export type StartOptions = { redisAbsent?: "refuse" | "wait" };

/** Opens the parts in order onto the stack, which closes them in the reverse order. */
export async function openParts(
  config: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
  { redisAbsent = "refuse" }: StartOptions = {},
): Promise<Parts> {
  const { dataDir } = config;
  const database = stack.adopt(await openDatabase(config, logger), (opened) => opened.close());
  await applyMigrations(database.sql);
  const queues = stack.adopt(await openQueuesOf(config, database, logger, redisAbsent), (opened) => opened.close());
  // No other process can hold a job of the embedded size: what a killed one held starts again from the record.
  if (database.kind === "pglite") {
    await queues.research.reset();
    await releaseAll(database.sql);
    await queues.webhooks.reset();
    await queues.maintenance.reset();
  }
  const { path: tempDir } = stack.use(await openProcessFolder(join(dataDir, "tmp")));
  const sandbox = stack.adopt(
    await startSandbox({ processes: config.sandboxProcesses, cacheDir: join(dataDir, "tables"), tempDir }),
    (started) => started.close(),
  );
  const files = await openFiles(config);
  const metrics = createMetrics();
  metrics.queue.watchDepth("research", queues.research.counts);
  metrics.queue.watchDepth("webhooks", queues.webhooks.counts);
  metrics.queue.watchDepth("maintenance", queues.maintenance.counts);
  metrics.queue.watchBacklog(() => countBacklog(database.sql));
  const egress = createEgress({ allowPrivate: config.webhookAllowPrivate, limits: { maxBytes: WEBHOOK_ANSWER_BYTES } });
  return { sql: database.sql, queues, files, sandbox, egress, logger, metrics, tempDir };
}

/** The queues as the configuration says: on a Redis, or in the database. */
function openQueuesOf(
  { redis }: Config,
  database: Database,
  logger: Logger,
  absent: "refuse" | "wait",
): Promise<Queues> {
  const onError = (error: Error) => void logger.warn("queue error", { error });
  if (redis === null) return openQueues({ database: database.pool, onError });
  return nameVariable("REDIS_URL", openQueues({ redis, absent, log: logger, onError }));
}

/** The files as the configuration says: in a Supabase project, or in the data folder. */
async function openFiles({ supabase, dataDir }: Config): Promise<FileStorage> {
  return supabase ? openSupabaseFiles(supabase) : openDiskFiles({ directory: join(dataDir, "files") });
}
