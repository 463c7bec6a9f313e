import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export type ProcessOptions = {
  /** All variables that the process has, but for PATH and HOME. */
  env: Record<string, string>;
  cwd?: string;
};

export type TestProcess = AsyncDisposable & {
  pid: number;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the process. */
  ended: Promise<number | NodeJS.Signals>;
  /** The lines of its log so far. */
  log: readonly string[];
  /** The first line of its log, written already or to come, that fits. */
  logged(fits: RegExp): Promise<string>;
};

/** `pharmadb` as a process of its own, once it has said on standard output what fits; gives that, too. */
export async function startProcess(
  command: string,
  { env, cwd = process.cwd() }: ProcessOptions,
  started: RegExp,
): Promise<TestProcess & { said: string }> {
  const child = spawn(process.execPath, [MAIN, command], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that has run out of time disposes of nothing.
  const killed = () => void child.kill("SIGKILL");
  process.once("exit", killed);
  const ended = once(child, "exit").then(([code, signal]) => {
    process.off("exit", killed);
    return code ?? signal;
  });
  const log = readLines(child.stderr);
  const output = readLines(child.stdout);
  const said = await output.line(started).catch(() => {
    throw new Error(`pharmadb ${command} ended before it had started:\n${log.lines.join("\n")}`);
  });
  return {
    said: started.exec(said)?.[0] ?? "",
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    ended,
    log: log.lines,
    logged: log.line,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Keeps the lines of a stream, and lets others wait for one. */
function readLines(stream: NodeJS.ReadableStream) {
  const lines: string[] = [];
  const waiting = new Set<{ fits: RegExp; resolve(line: string): void; reject(error: Error): void }>();
  let isOver = false;
  const over = (fits: RegExp) => new Error(`No line fits ${fits}; there were:\n${lines.join("\n")}`);
  createInterface(stream)
    .on("line", (line) => {
      lines.push(line);
      for (const one of waiting) if (one.fits.test(line) && waiting.delete(one)) one.resolve(line);
    })
    .on("close", () => {
      isOver = true;
      for (const { fits, reject } of waiting) reject(over(fits));
    });
  return {
    lines,
    line(fits: RegExp): Promise<string> {
      const found = lines.find((line) => fits.test(line));
      if (found !== undefined) return Promise.resolve(found);
      if (isOver) return Promise.reject(over(fits));
      return new Promise((resolve, reject) => waiting.add({ fits, resolve, reject }));
    },
  };
}
