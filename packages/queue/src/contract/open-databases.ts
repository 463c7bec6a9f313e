import { EventEmitter } from "node:events";
import { RedisUrl } from "@pharmadb/contracts";
// biome-ignore lint/style/noRestrictedImports: the queue lives in a database that only the store opens; tests need one.
import { openPglite, openPostgres } from "@pharmadb/store";
// biome-ignore lint/style/noRestrictedImports: as above.
import { findPgbouncer, findPostgres, startPgbouncer, startPostgres } from "@pharmadb/store/testing";
import type { QueuesOptions } from "../open-queues.ts";
import { findRedis } from "../testing/index.ts";

// Each test opens queues anew, and BullMQ leaves its listeners on the pool.
EventEmitter.defaultMaxListeners = 0;

/** Where queues can be opened, empty at first. */
export type OpenDatabase = AsyncDisposable & { queues: QueuesOptions };

/** A PGlite in memory. */
export async function memoryDatabase(): Promise<OpenDatabase> {
  const database = await openPglite({ dataDir: null });
  return { queues: { database: database.pool }, [Symbol.asyncDispose]: () => database.close() };
}

/** Whether this machine has a PostgreSQL server for tests. */
export const hasPostgres = (await findPostgres()) !== null;

/** Whether this machine has a connection pooler for tests. */
export const hasPooler = hasPostgres && findPgbouncer() !== null;

/** An empty database on a PostgreSQL server of its own, reached straight or through a pooler in session mode. */
export async function serverDatabase({ pooled = false } = {}): Promise<OpenDatabase> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPostgres());
  const { connectionString } = pooled ? stack.use(await startPgbouncer(server.port)) : server;
  const database = stack.adopt(await openPostgres({ connectionString, maxConnections: 10 }), (opened) =>
    opened.close(),
  );
  const opened = stack.move();
  return { queues: { database: database.pool }, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Whether this machine has a Redis server for tests. */
export const hasRedis = findRedis() !== null;

/** A Redis of its own: one server, or a cluster. */
export async function redisDatabase(start: () => Promise<AsyncDisposable & { url: string }>): Promise<OpenDatabase> {
  const server = await start();
  return {
    queues: { redis: RedisUrl.parse(server.url), absent: "refuse" },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
