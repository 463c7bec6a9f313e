import { createPostgresBackend, type PgPool, runMigrations } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import type { Queues } from "./queues.ts";
import { replaceMethods } from "./replace-methods.ts";
import { openResearchQueue } from "./research-queue.ts";
import { startResearchWorker } from "./research-worker.ts";
import { openWakeups } from "./wakeups.ts";

/** A `pg.Pool`, or what has its surface. Queues keep up to two of its clients: one for wake-ups, one a worker. */
export type QueueDatabase = PgPool;

/**
 * Opens the queues in BullMQ's own schema of a PostgreSQL database, which must be on the search path of every
 * client. The one place that knows where the queue lives.
 */
export async function openQueues({
  database,
  onError = () => undefined,
}: {
  database: QueueDatabase;
  onError?: OnError;
}): Promise<Queues> {
  await migrate(database);
  const backend: Backend = { connection: heardOnce(database, onError), factory: createPostgresBackend };
  await using stack = new AsyncDisposableStack();
  const { queue, research } = await openResearchQueue(backend, onError);
  stack.defer(() => queue.close());
  const wakeups = stack.adopt(await openWakeups(backend, onError), (opened) => opened.close());
  const opened = stack.move();
  return {
    research,
    startResearchWorker: (options) => startResearchWorker(backend, onError, options),
    wakeups,
    ping: async () => void (await queue.getBackend().getQueueMetaField("version")),
    close: () => opened.disposeAsync(),
  };
}

/** The pool with its errors told once: BullMQ would add a listener for each of its parts, and take none away. */
function heardOnce(database: QueueDatabase, onError: OnError): QueueDatabase {
  database.on("error", onError);
  const heard: QueueDatabase = replaceMethods(database, { on: () => heard });
  return heard;
}

async function migrate(database: QueueDatabase): Promise<void> {
  const client = await database.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}
