import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `npm start` in a process group of its own, once the service listens. */
async function startWithNpm(dataDir: string) {
  const npm = spawn("npm", ["start"], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0", PHARMADB_DATA_DIR: dataDir, LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  if (npm.pid === undefined) throw new Error("npm could not be started.");
  const group = -npm.pid;
  for await (const line of createInterface(npm.stdout)) {
    if (line.includes("listens on")) return { npm, group, [Symbol.dispose]: () => void send(group, "SIGKILL") };
  }
  throw new Error("The service ended before it listened.");
}

/** Whether there was anybody to send it to. */
function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(group, signal);
  } catch {
    return false;
  }
}

// npm hands the signal to a shell, and many shells die of it without telling what they run.
test("a signal to npm start ends the service under it", async () => {
  await using folder = await temporaryFolder();
  using started = await startWithNpm(folder.path);
  started.npm.kill("SIGTERM");
  await expect.poll(() => send(started.group, 0), { timeout: 20_000 }).toBe(false);
}, 60_000);
