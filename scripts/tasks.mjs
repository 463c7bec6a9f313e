// What `npm run …` can do, as lists of commands. `here` runs in the caller's folder, for the paths on its command line.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

/** @typedef {{ node: string, args: string[] }} StepInput */
/** @typedef {{ steps: ((input: StepInput) => string[])[], systemPackages?: import("./setup.mjs").SystemPackage[], here?: boolean }} Task */

// Not `--env-file-if-exists`, which tells everybody without the file that it is missing.
const ENV_FILE = join(ROOT, ".env");
const ENVIRONMENT = existsSync(ENV_FILE) ? [`--env-file=${ENV_FILE}`] : [];
const CLI = join(ROOT, "apps/cli/src/main.ts");

// V8 gives the young part of its heap up to 96 MB, and takes it as soon as a large body has come through.
const MEMORY = ["--max-semi-space-size=16"];

/** @param {string} command */
const cli =
  (command) =>
  /** @param {StepInput} input */
  ({ node, args }) => [node, ...MEMORY, ...ENVIRONMENT, CLI, command, ...args];

/** @type {Record<string, Task>} */
export const TASKS = {
  setup: { steps: [] },
  demo: { steps: [({ node, args }) => [node, "samples/demo.ts", ...args]] },
  start: { steps: [cli("serve")] },
  api: { steps: [cli("api")] },
  worker: { steps: [cli("worker")] },
  migrate: { steps: [cli("migrate")] },
  cli: { steps: [({ node, args }) => [node, ...ENVIRONMENT, CLI, ...args]], here: true },
  check: {
    steps: [
      () => ["biome", "ci", "--error-on-warnings", "."],
      () => ["turbo", "run", "typecheck", "typecheck:rest", "--output-logs=errors-only"],
      () => ["knip"],
    ],
  },
  format: { steps: [() => ["biome", "check", "--write", "."]] },
  vitest: {
    steps: [({ args }) => ["vitest", "run", ...args]],
    systemPackages: ["postgresql", "pgbouncer", "redis", "nginx"],
  },
  chaos: {
    steps: [({ args }) => ["vitest", "run", "--project", "chaos", ...args]],
    systemPackages: ["postgresql", "redis"],
  },
  test: {
    steps: [
      () => ["biome", "ci", "--error-on-warnings", "."],
      () => ["turbo", "run", "typecheck", "typecheck:rest", "--output-logs=errors-only"],
      () => ["knip"],
      ({ args }) => ["vitest", "run", "--project", "parts", ...args],
      // Apart, for it needs the whole machine: seven processes that are killed and started again.
      ({ args }) => ["vitest", "run", "--project", "chaos", "--passWithNoTests", ...args],
    ],
    systemPackages: ["postgresql", "pgbouncer", "redis", "nginx", "chromium"],
  },
  bench: { steps: [({ node, args }) => [node, "bench/main.ts", ...args]] },
};
