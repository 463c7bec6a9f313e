import { join } from "node:path";
import { findRedis, startRedis, type TestRedis } from "@pharmadb/queue/testing";
import { findPostgres, startPostgres, type TestPostgres } from "@pharmadb/store/testing";
import { temporaryFolder } from "./temporary-folder.ts";

/** What of the server size cannot be started on this machine. */
export async function missingServers(): Promise<string[]> {
  const missing = [];
  if (findRedis() === null) missing.push("redis-server");
  if ((await findPostgres()) === null) missing.push("postgres");
  return missing;
}

export type Servers = AsyncDisposable & {
  redis: TestRedis;
  postgres: TestPostgres;
  /** A folder for the test's own files. */
  folder: string;
  /** The variables that lead processes to the servers. */
  env: { DATABASE_URL: string; REDIS_URL: string; PHARMADB_DATA_DIR: string; SANDBOX_PROCESSES: string };
};

/** A Redis and a Postgres of their own. */
export async function startServers(): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const redis = stack.use(await startRedis());
  const postgres = stack.use(await startPostgres());
  const env = {
    DATABASE_URL: postgres.connectionString,
    REDIS_URL: redis.url,
    PHARMADB_DATA_DIR: join(folder.path, "data"),
    SANDBOX_PROCESSES: "1",
  };
  const owned = stack.move();
  return { redis, postgres, folder: folder.path, env, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
