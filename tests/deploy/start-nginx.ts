import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@pharmadb/queue/testing";
import { temporaryFolder } from "../end-to-end/temporary-folder.ts";

const CONFIGURATION = fileURLToPath(new URL("../../deploy/nginx/nginx.conf", import.meta.url));
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];

const NOBODY = 65_534;

/** What nginx has logged of a request. */
type Passed = { path: string; status: number; upstream: string; client: string };

export type TestNginx = AsyncDisposable & {
  url: string;
  port: number;
  /** The requests that it has answered. */
  passed(): Promise<Passed[]>;
};

/** The `nginx` of this machine; null where there is none. */
export function findNginx(): string | null {
  return FOLDERS.map((folder) => join(folder, "nginx")).find((path) => existsSync(path)) ?? null;
}

/** The one text to put in the place of another; an error where the configuration no longer has it. */
function replaced(text: string, from: RegExp, to: string): string {
  if (!from.test(text)) throw new Error(`nginx.conf has nothing like ${from}.`);
  return text.replace(from, to);
}

/** The deployed nginx.conf on a free port of 127.0.0.1, in front of these addresses (`host:port`). */
export async function startNginx(upstreams: readonly string[]): Promise<TestNginx> {
  const program = findNginx();
  if (program === null) throw new Error("There is no nginx on this machine.");
  const account = unprivileged();
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const port = await freePort();
  const prefix = join(folder.path, "nginx");
  await mkdir(prefix);
  const deployed = await readFile(CONFIGURATION, "utf8");
  // Only where it listens and whom it asks: names of containers mean nothing here.
  const listening = replaced(deployed, /listen 8080;/, `listen 127.0.0.1:${port};`);
  const servers = upstreams.map((address) => `server ${address} $1;`).join("\n");
  await writeFile(join(prefix, "nginx.conf"), replaced(listening, /server api:8000 resolve ([^;]*);/, servers));

  const log = join(folder.path, "access.log");
  const output = await open(log, "w");
  const errors = await open(join(folder.path, "error.log"), "w");
  if (account) {
    // nginx opens its standard output anew, as the account that it runs as.
    for (const path of [folder.path, prefix, log]) await chown(path, account.uid, account.gid);
  }
  const server = spawn(program, ["-p", prefix, "-e", "stderr", "-c", "nginx.conf"], {
    stdio: ["ignore", output.fd, errors.fd],
    ...account,
  });
  const exited = once(server, "exit");
  await Promise.all([output.close(), errors.close()]);
  stack.defer(async () => {
    server.kill("SIGTERM");
    await exited;
  });
  await Promise.race([
    untilListening(port),
    exited.then(async () => {
      throw new Error(`nginx did not start:\n${await readFile(join(folder.path, "error.log"), "utf8")}`);
    }),
  ]);
  const owned = stack.move();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async passed() {
      const lines = (await readFile(log, "utf8")).trim().split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Passed);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Deployed, it runs without root; for root here it runs as nobody. */
function unprivileged(): { uid: number; gid: number } | null {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : null;
}

async function untilListening(port: number): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await wait(20);
    } finally {
      socket.destroy();
    }
  }
}
