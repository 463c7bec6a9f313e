import { createPostgresBackend, type PgPool, Queue, runMigrations, Worker } from "bullmq";
import { ASK_AGAIN_MS, type Backend, type OnError } from "../backend.ts";
import { replaceMethods } from "../replace-methods.ts";
import { leaveQuietly } from "./leave-quietly.ts";
import { openPostgresWakeups } from "./open-postgres-wakeups.ts";

/** Queues in BullMQ's own schema of a PostgreSQL database, which must be on the search path of every client. */
export async function openPostgresBackend(database: PgPool, onError: OnError): Promise<Backend> {
  await migrate(database);
  const connection = leaveQuietly(heardOnce(database, onError));
  return {
    onError,
    openQueue: (name, options) => new Queue(name, { ...options, connection }, createPostgresBackend),
    startWorker: (name, process, options) =>
      new Worker(name, process, { ...options, connection, runRetryDelay: ASK_AGAIN_MS }, createPostgresBackend),
    closeWorker: (worker) => worker.close(),
    openWakeups: () => openPostgresWakeups(connection, onError),
    // The pool belongs to whoever gave it.
    close: async () => undefined,
  };
}

/** The pool with its errors told once: BullMQ would add a listener for each of its parts, and take none away. */
function heardOnce(database: PgPool, onError: OnError): PgPool {
  database.on("error", onError);
  const heard: PgPool = replaceMethods(database, { on: () => heard });
  return heard;
}

async function migrate(database: PgPool): Promise<void> {
  const client = await database.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}
