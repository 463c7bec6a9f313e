import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";

const FOLDERS = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];

export type TestRedisOptions = {
  /** Keeps what it holds over a stop; without it a server comes back empty. */
  appendOnly?: boolean;
  password?: string;
  /** Files for TLS, which then is the only way in. */
  tls?: { cert: string; key: string; ca: string };
  /** Further arguments of `redis-server`. */
  args?: readonly string[];
};

/** A Redis server of its own, on one port for all its life, gone without a trace when disposed. */
export type TestRedis = AsyncDisposable & {
  /** For `REDIS_URL`. */
  url: string;
  port: number;
  pid(): number;
  /** Ends the server: orderly, or with SIGKILL as a crash does. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  /** Makes it hang (SIGSTOP) or go on (SIGCONT). */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
};

/** The `redis-server` of this machine; null where there is none. */
export function findRedis(): string | null {
  return FOLDERS.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path)) ?? null;
}

/** Starts a throwaway Redis on a free port of 127.0.0.1. */
export async function startRedis({
  appendOnly = false,
  password,
  tls,
  args = [],
}: TestRedisOptions = {}): Promise<TestRedis> {
  const program = findRedis();
  if (program === null) throw new Error("There is no redis-server on this machine.");
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-redis-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const secure = tls
    ? ["--tls-port", `${port}`, "--port", "0", "--tls-cert-file", tls.cert, "--tls-key-file", tls.key].concat(
        "--tls-ca-cert-file",
        tls.ca,
        "--tls-auth-clients",
        "no",
      )
    : ["--port", `${port}`];
  const commandLine = [
    ...["--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", appendOnly ? "yes" : "no"],
    ...secure,
    ...(password === undefined ? [] : ["--requirepass", password, "--masterauth", password]),
    ...args,
  ];
  let server = stack.use(await spawnServer(program, commandLine));
  const owned = stack.move();
  const userPart = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  const query = tls ? `?sslrootcert=${encodeURIComponent(tls.ca)}` : "";
  return {
    url: `${tls ? "rediss" : "redis"}://${userPart}127.0.0.1:${port}${query}`,
    port,
    pid: () => server.pid,
    stop: (signal = "SIGTERM") => server.end(signal),
    async start() {
      server = owned.use(await spawnServer(program, commandLine));
    },
    signal: (signal) => server.signal(signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function spawnServer(program: string, args: readonly string[]) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    // A server that was made to hang hears nothing but this.
    child.kill("SIGCONT");
    await exited;
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => end("SIGKILL"));
  await untilReady(child.stdout);
  stack.move();
  return {
    pid: child.pid ?? 0,
    end,
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}

/** Reads the server's log until it says so; the log is read on afterwards, for a full pipe would stop the server. */
async function untilReady(log: NodeJS.ReadableStream): Promise<void> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface(log)
    .on("line", (line) => {
      if (lines.length < 50) lines.push(line);
      if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve();
    })
    .on("close", () => reject(new Error(`Redis did not start:\n${lines.join("\n")}`)));
  await promise;
}
