// The first thing that runs on a fresh clone: plain JavaScript for Node 20, no dependencies.
// It sets up what is missing, then hands over to the task on the Node that the project pins.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT, setUp } from "./setup.mjs";
import { TASKS } from "./tasks.mjs";

const PARENT_CHECK_MS = 250;

const [name = "", ...rest] = process.argv.slice(2);
const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
if (!task) {
  console.error(`Unknown task "${name}". Tasks: ${Object.keys(TASKS).join(", ")}.`);
  process.exit(2);
}
const cwd = task.here ? (process.env.INIT_CWD ?? process.cwd()) : ROOT;

const node = await setUp({ systemPackages: task.systemPackages ?? [] });
const env = {
  ...process.env,
  PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter),
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  NODE_OPTIONS: [process.env.NODE_OPTIONS, "--disable-warning=ExperimentalWarning"].filter(Boolean).join(" "),
};

for (const step of task.steps) {
  const code = await run(step({ node, args: rest }));
  if (code !== 0) process.exit(code);
}

/**
 * Runs a step in the foreground; signals reach it, and its exit code (128 + n for a signal) is the result.
 *
 * @param {string[]} commandLine
 * @returns {Promise<number>}
 */
function run([command = "", ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    // A terminal sends Ctrl-C to the whole group; a supervisor signals this process only.
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    const signals = /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"]);
    for (const signal of signals) process.on(signal, forward);
    const stopWatching = whenOrphaned(() => child.kill("SIGTERM"));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      stopWatching();
      for (const each of signals) process.off(each, forward);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * Calls back once npm is gone. It hands a signal to a shell that stands between it and us, and many shells die of it
 * without passing it on: the step would run on unseen.
 *
 * @param {() => void} onOrphaned
 * @returns {() => void}
 */
function whenOrphaned(onOrphaned) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}
