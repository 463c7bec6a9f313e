import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { spawnRedis } from "./spawn-redis.ts";

/** Files for TLS, which then is the only way in. */
export type TlsFiles = { cert: string; key: string; ca: string };

export type TestRedisOptions = {
  /** Keeps what it holds over a stop; without it a server comes back empty. */
  appendOnly?: boolean;
  password?: string;
  tls?: TlsFiles;
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

/** Starts a throwaway Redis on a free port of 127.0.0.1. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-redis-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const commandLine = ["--bind", "127.0.0.1", "--dir", directory, ...settings(options, port), ...(options.args ?? [])];
  let server = stack.use(await spawnRedis(commandLine));
  const owned = stack.move();
  return {
    url: urlOf(options, port),
    port,
    pid: () => server.pid,
    stop: (signal = "SIGTERM") => server.end(signal),
    async start() {
      server = owned.use(await spawnRedis(commandLine));
    },
    signal: (signal) => server.signal(signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function settings({ appendOnly = false, password, tls }: TestRedisOptions, port: number): string[] {
  const kept = ["--save", "", "--appendonly", appendOnly ? "yes" : "no"];
  const secret = password === undefined ? [] : ["--requirepass", password, "--masterauth", password];
  return [...kept, ...secret, ...(tls ? tlsSettings(tls, port) : ["--port", `${port}`])];
}

/** Also for what servers say to each other. */
export function tlsSettings({ cert, key, ca }: TlsFiles, port: number): string[] {
  const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no"];
  return ["--port", "0", "--tls-port", `${port}`, ...files, "--tls-replication", "yes", "--tls-cluster", "yes"];
}

function urlOf({ password, tls }: TestRedisOptions, port: number): string {
  const user = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  if (!tls) return `redis://${user}127.0.0.1:${port}`;
  return `rediss://${user}127.0.0.1:${port}?sslrootcert=${encodeURIComponent(tls.ca)}`;
}
