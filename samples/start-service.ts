import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../apps/cli/src/main.ts", import.meta.url));

export type Service = AsyncDisposable & {
  url: string;
  pid: number;
  /** Sends a signal and waits for the end; gives the exit code, null after a signal that cannot be caught. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/**
 * The embedded service as a process of its own, on a free port. Its environment is the caller's variables only, so
 * that a configured machine does not change what a test or the demo sees.
 */
export async function startService(
  dataDir: string,
  environment: Record<string, string> = {},
  onLog: (line: string) => void = () => {},
): Promise<Service> {
  const child = spawn(process.execPath, [MAIN, "serve"], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      PORT: "0",
      PHARMADB_DATA_DIR: dataDir,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lastLines: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
    onLog(line);
  });
  const url = await listeningUrl(child);
  if (url === null) throw new Error(`The service ended before it listened:\n${lastLines.join("\n")}`);
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, "exit");
    }
    return child.exitCode;
  };
  return {
    url,
    pid: child.pid ?? 0,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** The address that the service prints once it listens; null when it ends first. */
async function listeningUrl(child: ChildProcess): Promise<string | null> {
  if (!child.stdout) return null;
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/[^\s/]+:\d+/.exec(line)?.[0];
    if (url) {
      child.stdout.resume();
      return url;
    }
  }
  return null;
}
