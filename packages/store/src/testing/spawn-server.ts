import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { serverAccount } from "./server-account.ts";

export type ServerProcess = AsyncDisposable & {
  pid: number;
  end(signal: NodeJS.Signals): Promise<void>;
};

/** A server under the account that may run it, once its log on standard error says that it is ready. */
export async function spawnServer(
  program: string,
  args: readonly string[],
  { cwd, ready, stop }: { cwd: string; ready: RegExp; stop: NodeJS.Signals },
): Promise<ServerProcess> {
  const server = spawn(program, args, { cwd, stdio: ["ignore", "ignore", "pipe"], ...(await serverAccount()) });
  const exited = once(server, "exit");
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal);
    await exited;
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => end(stop));
  await untilReady(server.stderr, ready);
  stack.move();
  return { pid: server.pid ?? 0, end, [Symbol.asyncDispose]: () => end(stop) };
}

/** Reads the log until it says so; it is read on afterwards, for a full pipe would stop the server. */
async function untilReady(log: NodeJS.ReadableStream, ready: RegExp): Promise<void> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface(log)
    .on("line", (line) => {
      if (lines.length < 50) lines.push(line);
      if (ready.test(line)) resolve();
    })
    .on("close", () => reject(new Error(`The server did not start:\n${lines.join("\n")}`)));
  await promise;
}
