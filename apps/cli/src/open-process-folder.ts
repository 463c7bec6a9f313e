import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { newId } from "@pharmadb/contracts";
import { lockFolder } from "@pharmadb/store";

const OWNER = "owner.json";
/** Not every shared file system tells one host of the locks of another; no job and no upload lasts this long. */
const LEFT_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * A folder under `parent` for what this process writes for itself, gone when disposed. Folders that killed processes
 * have left there are removed first; several processes, also of several hosts, may share the parent.
 */
export async function openProcessFolder(parent: string): Promise<AsyncDisposable & { path: string }> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) await removeIfLeft(join(parent, name));
  const path = join(parent, newId("req").replace("req", "process"));
  await mkdir(path);
  const lock = await lockFolder(path);
  // Only now may others look for the lock.
  await writeFile(join(path, OWNER), JSON.stringify({ host: hostname() }));
  return {
    path,
    async [Symbol.asyncDispose]() {
      lock?.[Symbol.dispose]();
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeIfLeft(path: string): Promise<void> {
  if (await isLeft(path)) await rm(path, { recursive: true, force: true });
}

async function isLeft(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => null);
  // Another process has been faster.
  if (!entry) return false;
  if ((await readHost(join(path, OWNER))) === hostname()) return await isUnlocked(path);
  return Date.now() - entry.mtimeMs > LEFT_AFTER_MS;
}

async function isUnlocked(path: string): Promise<boolean> {
  try {
    using lock = await lockFolder(path);
    return lock !== null;
  } catch {
    // Removed by another process in the meantime, or of an account whose folder this one could not remove either.
    return false;
  }
}

/** Null where the folder is being made, or its process was killed while making it. */
async function readHost(path: string): Promise<unknown> {
  try {
    const owner: unknown = JSON.parse(await readFile(path, "utf8"));
    return owner !== null && typeof owner === "object" && "host" in owner ? owner.host : null;
  } catch {
    return null;
  }
}
