import { startRedis } from "@pharmadb/queue/testing";
import { startPostgres } from "@pharmadb/store/testing";
import { openFolder } from "../made-files.ts";

export type Servers = AsyncDisposable & { databaseUrl: string; redisUrl: string; env: Record<string, string> };

/** A Postgres that waits for the disk and a Redis with its log, and the variables that lead our processes to them. */
export async function startServers(): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openFolder());
  const redis = stack.use(await startRedis({ appendOnly: true }));
  const postgres = stack.use(await startPostgres({ durable: true }));
  const owned = stack.move();
  return {
    databaseUrl: postgres.connectionString,
    redisUrl: redis.url,
    env: {
      DATABASE_URL: postgres.connectionString,
      REDIS_URL: redis.url,
      PHARMADB_DATA_DIR: folder.path,
      SANDBOX_PROCESSES: "1",
      LOG_LEVEL: "error",
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
