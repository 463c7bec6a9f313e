import { join } from "node:path";
import {
  type ApiProcess,
  startApiProcess,
  startServe,
  startWorkerProcess,
  type TestProcess,
} from "@pharmadb/cli/testing";
import { type Database, openPglite, openPostgres } from "@pharmadb/store";
import { missingServers, startServers } from "./start-servers.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A service whose processes can be killed, and started again on the same record. */
type Site = AsyncDisposable & {
  /** For the test's own files. */
  folder: string;
  /** Starts what does not run; gives what answers over HTTP and what does the work, which may be the same process. */
  start(): Promise<{ api: ApiProcess; worker: TestProcess }>;
  /** The record, for while nothing of the service runs. */
  openRecord(): Promise<Database>;
};

/** One process over its own record. */
async function startEmbedded(): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const env = { PHARMADB_DATA_DIR: join(folder.path, "data"), LOG_LEVEL: "info" };
  const served = stack.use(restartable(() => startServe(env)));
  const owned = stack.move();
  return {
    folder: folder.path,
    async start() {
      const one = await served.start();
      return { api: one, worker: one };
    },
    openRecord: () => openPglite({ dataDir: join(folder.path, "data", "record") }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** An API and a worker on Redis and Postgres. */
async function startServerSize(): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const servers = stack.use(await startServers());
  const { env, folder } = servers;
  const api = stack.use(restartable(() => startApiProcess({ env })));
  const worker = stack.use(restartable(() => startWorkerProcess({ env })));
  const owned = stack.move();
  return {
    folder,
    start: async () => ({ api: await api.start(), worker: await worker.start() }),
    openRecord: () => openPostgres({ connectionString: env.DATABASE_URL, maxConnections: 5 }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Starts a process, and another one once that has ended. */
function restartable<P extends TestProcess>(start: () => Promise<P>): AsyncDisposable & { start(): Promise<P> } {
  let current: P | null = null;
  return {
    async start() {
      if (current !== null) return current;
      const started = await start();
      current = started;
      void started.ended.then(() => {
        if (current === started) current = null;
      });
      return started;
    },
    async [Symbol.asyncDispose]() {
      await current?.[Symbol.asyncDispose]();
    },
  };
}

const missing = await missingServers();

/** The sizes in which the service can be run here. */
export const SITES = [
  { size: "embedded", skipped: false, open: startEmbedded },
  { size: "on Redis and Postgres, as processes", skipped: missing.length > 0, open: startServerSize },
];
