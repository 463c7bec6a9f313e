import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { newId } from "@pharmadb/contracts";
import { processIdentity, stillRuns } from "@pharmadb/store";

const OWNER = "owner.json";
/** A process of another host, or of another container, cannot be asked; no job and no upload lasts this long. */
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
  await writeFile(join(path, OWNER), JSON.stringify({ host: hostname(), process: await processIdentity() }));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function removeIfLeft(path: string): Promise<void> {
  if (await isLeft(path)) await rm(path, { recursive: true, force: true });
}

async function isLeft(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => null);
  // Another process has been faster.
  if (!entry) return false;
  const owner = await readOwner(join(path, OWNER));
  if (owner?.host === hostname()) return !(await stillRuns(JSON.stringify(owner.process)));
  return Date.now() - entry.mtimeMs > LEFT_AFTER_MS;
}

/** Null where the folder is being made, or its process was killed while making it. */
async function readOwner(path: string): Promise<{ host: unknown; process: unknown } | null> {
  try {
    const owner: unknown = JSON.parse(await readFile(path, "utf8"));
    return owner !== null && typeof owner === "object" && "host" in owner && "process" in owner ? owner : null;
  } catch {
    return null;
  }
}
