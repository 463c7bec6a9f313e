// Installs what a fresh clone lacks: the packages of the lock file (the pinned Node among them) and, for tests, system
// packages. A second run finds the stamp and does nothing.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const NEEDED_MAJOR = 24;
const STAMP = join(ROOT, "node_modules", ".setup-stamp");

/**
 * Makes the clone ready and gives the path of the Node to run on.
 *
 * @param {{ systemPackages: SystemPackage[] }} needs
 * @returns {Promise<string>}
 */
export async function setUp({ systemPackages }) {
  installPackages();
  for (const name of systemPackages) installSystemPackage(name);
  return pinnedNode();
}

function installPackages() {
  // The lock file alone decides: a second run with the same one must not reinstall.
  const wanted = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  console.error("Installing dependencies (once) …");
  // Not `npm ci`: it refuses a lock file made where the registry lacks the binaries of other platforms.
  // The loglevel hides npm's engine warnings, which speak of the old Node that only installs.
  const args = ["install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const [command, ...rest] = npm?.endsWith(".js") ? [process.execPath, npm, ...args] : ["npm", ...args];
  const result = spawnSync(command, rest, {
    cwd: ROOT,
    stdio: ["ignore", process.stderr, process.stderr],
    env: { ...process.env, NODE_ENV: "development" },
  });
  if (result.status !== 0) fail("npm could not install the dependencies; its message is above.");
  writeFileSync(STAMP, wanted);
}

/** The running Node where it is new enough, else the one that npm installed. */
function pinnedNode() {
  const installed = join(ROOT, "node_modules", ".bin", "node");
  if (existsSync(installed)) return installed;
  if (Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR) return process.execPath;
  return fail(
    `Node ${NEEDED_MAJOR} or later is needed, this is ${process.version}, and npm has no build of it for ` +
      `${process.platform}-${process.arch}. Install it from your system's packages.`,
  );
}

/** System packages that tests need: a program that proves the package is there, and Debian's name of it. */
const SYSTEM_PACKAGES = {
  postgresql: { programs: ["postgres", "/usr/lib/postgresql/*/bin/postgres"], debian: "postgresql" },
  pgbouncer: { programs: ["/usr/sbin/pgbouncer", "pgbouncer"], debian: "pgbouncer" },
  redis: { programs: ["redis-server"], debian: "redis-server" },
  nginx: { programs: ["nginx", "/usr/sbin/nginx"], debian: "nginx-light" },
  chromium: { programs: ["chromium", "chromium-browser", "google-chrome"], debian: "chromium" },
};

/** @typedef {keyof typeof SYSTEM_PACKAGES} SystemPackage */

/** @param {SystemPackage} name */
function installSystemPackage(name) {
  const wanted = SYSTEM_PACKAGES[name];
  if (wanted.programs.some(isInstalled)) return;
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    console.error(
      `${wanted.debian} is not installed, and only root on Debian can install it here: the tests that need it will be ` +
        `skipped. To run them: apt-get install ${wanted.debian}`,
    );
    return;
  }
  console.error(`Installing ${wanted.debian} (once), its programs only: no service of it is started …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  const command = ["install", "-y", "-qq", "--no-install-recommends", wanted.debian];
  const result = withoutServices(() => spawnSync("apt-get", command, { stdio: "pipe", env }));
  if (result.status !== 0) fail(`apt-get could not install ${wanted.debian}:\n${result.stderr}`);
}

/** Debian asks this program whether a package may start its service, and does so where there is none. */
const POLICY = "/usr/sbin/policy-rc.d";

/**
 * Does it without any service being started: tests start their own servers, and nobody asked for one that stays.
 *
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function withoutServices(work) {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY);
  }
}

/** @param {string} program A name on the PATH, or a path in which `*` stands for one folder. */
function isInstalled(program) {
  if (!program.includes("/")) {
    return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
  }
  return spawnSync("sh", ["-c", `ls ${program}`], { stdio: "ignore" }).status === 0;
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
