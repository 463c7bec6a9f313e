import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { serverAccount } from "./server-account.ts";
import { spawnServer } from "./spawn-server.ts";

const run = promisify(execFile);
const INSTALLED = "/usr/lib/postgresql";

export type TestPostgresOptions = {
  /** Files for TLS, which then is the only way in. */
  tls?: { cert: string; key: string };
  /** Waits for the disk at each commit, as servers outside of tests do. */
  durable?: boolean;
};

/** A PostgreSQL server of its own, on one port for all its life, gone without a trace when disposed. */
export type TestPostgres = AsyncDisposable & {
  connectionString: string;
  port: number;
  readonly pid: number;
  /** Ends the server: orderly (SIGINT) or as a crash does (SIGQUIT). */
  stop(signal?: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** Starts it again with what it holds. */
  start(): Promise<void>;
};

/** The folder of the newest PostgreSQL server programs on this machine; null where there are none. */
export async function findPostgres(): Promise<string | null> {
  if (!existsSync(INSTALLED)) return null;
  const versions = (await readdir(INSTALLED)).sort((a, b) => Number(b) - Number(a));
  return versions.map((name) => join(INSTALLED, name, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

/** Starts a throwaway PostgreSQL on a free port of 127.0.0.1, with a fresh database. */
export async function startPostgres({ tls, durable = false }: TestPostgresOptions = {}): Promise<TestPostgres> {
  const bin = await findPostgres();
  if (!bin) throw new Error(`There is no PostgreSQL server in ${INSTALLED}.`);
  await using stack = new AsyncDisposableStack();
  const owner = await serverAccount();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-postgres-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  if (owner) await chown(directory, owner.uid, owner.gid);

  const data = join(directory, "data");
  const cluster = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
  await run(join(bin, "initdb"), cluster, { cwd: directory, ...owner });
  if (tls) await demandTls(data, tls, owner);
  const port = await freePort();
  const sync = `fsync=${durable ? "on" : "off"}`;
  const args = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", directory, "-c", sync];
  const spawn = () =>
    spawnServer(join(bin, "postgres"), tls ? [...args, "-c", "ssl=on"] : args, {
      cwd: directory,
      ready: /ready to accept connections/,
      stop: "SIGINT",
    });
  let server = stack.use(await spawn());
  const owned = stack.move();
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server.pid;
    },
    stop: (signal = "SIGINT") => server.end(signal),
    async start() {
      server = owned.use(await spawn());
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Under the names that the server looks for, the key readable by nobody else. */
async function demandTls(
  data: string,
  { cert, key }: { cert: string; key: string },
  owner: { uid: number; gid: number } | null,
): Promise<void> {
  for (const [from, name] of [
    [cert, "server.crt"],
    [key, "server.key"],
  ] as const) {
    const path = join(data, name);
    await copyFile(from, path);
    await chmod(path, 0o600);
    if (owner) await chown(path, owner.uid, owner.gid);
  }
  await writeFile(join(data, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n");
}
