import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { processIdentity, runs } from "./process-identity.ts";

const LOCK_NAME = "lock";

/**
 * Takes the folder's lock file, which names this process; disposing gives it back. The lock of a dead process is
 * taken over.
 *
 * @throws when a living process holds it.
 */
export async function lockDataDir(directory: string): Promise<AsyncDisposable> {
  const path = join(directory, LOCK_NAME);
  const draft = join(directory, `${LOCK_NAME}.${process.pid}.${performance.now()}`);
  const mine = JSON.stringify(await processIdentity());
  await writeFile(draft, mine, { flag: "wx" });
  try {
    // A link either makes the whole lock or fails, so nobody reads half of one.
    while (!(await linked(draft, path))) await removeStale(path, `${draft}.stale`);
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Moves the lock away if its holder is dead; does nothing where it has just gone. */
async function removeStale(path: string, aside: string): Promise<void> {
  const held = await readIfThere(path);
  if (held === null) return;
  if (await runs(held)) throw inUse(path, held);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = await readIfThere(aside);
  // Another starter may have taken over in between: then it is its lock that was moved, and it gets it back.
  if (moved !== held) await linked(aside, path);
  await rm(aside, { force: true });
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

function inUse(path: string, held: string): Error {
  const pid = /"pid":(\d+)/.exec(held)?.[1] ?? "?";
  return new Error(
    `The data folder is in use by process ${pid} (${path}). Stop that process, or choose another PHARMADB_DATA_DIR.`,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
