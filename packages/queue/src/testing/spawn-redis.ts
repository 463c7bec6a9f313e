import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FOLDERS = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];

export type RedisProcess = AsyncDisposable & {
  pid: number;
  /** Ends the server, also one that hangs. */
  end(signal: NodeJS.Signals): Promise<void>;
  signal(signal: NodeJS.Signals): void;
};

/** The `redis-server` of this machine; null where there is none. */
export function findRedis(): string | null {
  return FOLDERS.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path)) ?? null;
}

/** A `redis-server` with this command line, once it is ready. */
export async function spawnRedis(commandLine: readonly string[]): Promise<RedisProcess> {
  const program = findRedis();
  if (program === null) throw new Error("There is no redis-server on this machine.");
  const child = spawn(program, commandLine, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
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
    signal: (signal) => void child.kill(signal),
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
