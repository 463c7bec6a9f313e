import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@pharmadb/client";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export type Served = AsyncDisposable & {
  client: Client;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the process. */
  ended: Promise<number | NodeJS.Signals>;
};

/** `pharmadb serve` as a process of its own on a free port, with no variables but the given ones. */
export async function startServe(environment: Record<string, string>, cwd = process.cwd()): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, "serve"], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", PORT: "0", LOG_LEVEL: "warn", ...environment },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  const log: string[] = [];
  createInterface(child.stderr).on("line", (line) => log.push(line));
  const listening = Promise.withResolvers<string>();
  createInterface(child.stdout)
    .on("line", (line) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url) listening.resolve(url);
    })
    .on("close", () => listening.reject(new Error(`The service ended before it listened:\n${log.join("\n")}`)));
  return {
    client: createClient({ baseUrl: await listening.promise }),
    signal: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
