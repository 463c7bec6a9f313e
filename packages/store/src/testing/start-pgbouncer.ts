import { existsSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { serverAccount } from "./server-account.ts";
import { spawnServer } from "./spawn-server.ts";

const PROGRAMS = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];

/** The connection pooler of this machine; null where there is none. */
export function findPgbouncer(): string | null {
  return PROGRAMS.find((path) => existsSync(path)) ?? null;
}

/** Starts a throwaway pgbouncer in session mode before a server of this port. */
export async function startPgbouncer(postgresPort: number): Promise<AsyncDisposable & { connectionString: string }> {
  const program = findPgbouncer();
  if (program === null) throw new Error("There is no pgbouncer on this machine.");
  await using stack = new AsyncDisposableStack();
  const owner = await serverAccount();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-pgbouncer-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  if (owner) await chown(directory, owner.uid, owner.gid);
  const port = await freePort();
  const path = join(directory, "pgbouncer.ini");
  await writeFile(path, configuration({ port, postgresPort }));
  await writeFile(join(directory, "users.txt"), '"postgres" ""\n');
  stack.use(await spawnServer(program, [path], { cwd: directory, ready: /process up/, stop: "SIGTERM" }));
  const owned = stack.move();
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configuration({ port, postgresPort }: { port: number; postgresPort: number }): string {
  return [
    "[databases]",
    `postgres = host=127.0.0.1 port=${postgresPort}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "pool_mode = session",
    "auth_type = trust",
    "auth_file = users.txt",
    "",
  ].join("\n");
}
