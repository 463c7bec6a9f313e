import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

type Entry = { name: string; bytes: number; usedAt: number };

/**
 * Removes the entries used longest ago until the rest fits. An engine that has one open keeps reading it: the kernel
 * frees the bytes when the last reader is done.
 */
export async function evictOldest(options: {
  directory: string;
  /** The file in each entry whose time of change says when the entry was last used. */
  manifest: string;
  maxBytes: number;
  keep: string;
}): Promise<void> {
  const entries = (await Promise.all((await readdir(options.directory)).map((name) => measure(name, options)))).filter(
    (entry) => entry !== null,
  );
  let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= options.maxBytes) return;
    if (entry.name === options.keep) continue;
    const path = join(options.directory, entry.name);
    const doomed = join(options.directory, `.staging-evicted-${entry.name}`);
    // Renamed first, so that nobody finds half an entry; where another process was faster there is nothing to do.
    if (
      await rename(path, doomed).then(
        () => true,
        () => false,
      )
    )
      await rm(doomed, { recursive: true, force: true });
    total -= entry.bytes;
  }
}

async function measure(
  name: string,
  { directory, manifest }: { directory: string; manifest: string },
): Promise<Entry | null> {
  if (name.startsWith(".")) return null;
  try {
    const path = join(directory, name);
    const files = await readdir(path);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(path, file))).size));
    const { mtimeMs } = await stat(join(path, manifest));
    return { name, bytes: sizes.reduce((sum, size) => sum + size, 0), usedAt: mtimeMs };
  } catch {
    // Gone in the meantime.
    return null;
  }
}
