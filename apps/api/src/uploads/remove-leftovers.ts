import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Older than any upload can last. Another process may be receiving the younger ones. */
const LEFT_AFTER_MS = 24 * 60 * 60 * 1000;

/** Removes uploads that a process which ended in their middle has left in the data folder. */
export async function removeLeftovers(uploadDirectory: string): Promise<void> {
  const names = await readdir(uploadDirectory).catch(() => []);
  for (const name of names) {
    const path = join(uploadDirectory, name);
    const entry = await stat(path).catch(() => null);
    if (entry?.isFile() && Date.now() - entry.mtimeMs > LEFT_AFTER_MS) await rm(path, { force: true });
  }
}
