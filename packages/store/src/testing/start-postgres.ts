import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const INSTALLED = "/usr/lib/postgresql";

/** A PostgreSQL server of its own, gone without a trace when disposed. */
export type TestPostgres = AsyncDisposable & { connectionString: string; pid: number };

/** The folder of the newest PostgreSQL server programs on this machine; null where there are none. */
export async function findPostgres(): Promise<string | null> {
  if (!existsSync(INSTALLED)) return null;
  const versions = (await readdir(INSTALLED)).sort((a, b) => Number(b) - Number(a));
  return versions.map((name) => join(INSTALLED, name, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

/** Starts a throwaway PostgreSQL on a free port of 127.0.0.1, with a fresh database. */
export async function startPostgres(): Promise<TestPostgres> {
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
  const port = await freePort();
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", directory, "-c", "fsync=off"],
    { cwd: directory, stdio: ["ignore", "ignore", "pipe"], ...owner },
  );
  const exited = once(server, "exit");
  stack.defer(async () => {
    server.kill("SIGINT");
    await exited;
  });
  await untilReady(server.stderr);
  const owned = stack.move();
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid: server.pid ?? 0,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** PostgreSQL refuses to run as root; then it runs as the account that its package has made. */
async function serverAccount(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await readFile("/etc/passwd", "utf8");
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  if (!uid || !gid) throw new Error("PostgreSQL cannot run as root, and there is no account named postgres.");
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

/** Reads the server's log until it says so; the log is read on afterwards, for a full pipe would stop the server. */
async function untilReady(log: NodeJS.ReadableStream): Promise<void> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface(log)
    .on("line", (line) => {
      if (lines.length < 50) lines.push(line);
      if (line.includes("ready to accept connections")) resolve();
    })
    .on("close", () => reject(new Error(`PostgreSQL did not start:\n${lines.join("\n")}`)));
  await promise;
}
