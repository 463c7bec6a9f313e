import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import { processIdentity, stillRuns } from "../process-identity.ts";

const LOCK = /^lock\.(\d+)$/;

/**
 * Locks the folder for this process; disposing unlocks it. The lock of a dead process is taken over.
 *
 * Each holder makes a file `lock.N` that names its process; the highest N counts. That one is emptied to unlock but
 * never removed, so whoever was slow to act on an older one finds out. A single file that starters remove when its
 * process is dead would sometimes be another starter's new one.
 *
 * @throws when a living process holds it.
 */
export async function lockDataDir(directory: string): Promise<AsyncDisposable> {
  const draft = join(directory, `draft-lock.${randomUUID()}`);
  await writeFile(draft, JSON.stringify(await processIdentity()), { flag: "wx" });
  try {
    const path = await takeNext(directory, draft);
    return { [Symbol.asyncDispose]: () => truncate(path) };
  } finally {
    await rm(draft, { force: true });
  }
}

async function takeNext(directory: string, draft: string): Promise<string> {
  for (;;) {
    const numbers = await lockNumbers(directory);
    const newest = Math.max(0, ...numbers);
    await expectUnlocked(lockPath(directory, newest));
    const path = lockPath(directory, newest + 1);
    if (!(await linked(draft, path))) continue;
    if (Math.max(...(await lockNumbers(directory))) === newest + 1) {
      await Promise.all(numbers.map((number) => rm(lockPath(directory, number), { force: true })));
      return path;
    }
    await rm(path, { force: true });
  }
}

function lockPath(directory: string, number: number): string {
  return join(directory, `lock.${number}`);
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => LOCK.exec(name)?.[1] ?? []).map(Number);
}

async function expectUnlocked(path: string): Promise<void> {
  let holder: string;
  try {
    holder = await readFile(path, "utf8");
  } catch (error) {
    // There was none, or a newer holder has just tidied it away and will be met at the next step.
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  if (!(await stillRuns(holder))) return;
  const { pid } = JSON.parse(holder);
  throw new AppError(
    "conflict",
    `The data folder is in use by process ${pid} (${path}). Stop that process, or choose another PHARMADB_DATA_DIR.`,
  );
}

/** A link makes the whole file at once, or none where there is one: nobody reads half a lock. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
