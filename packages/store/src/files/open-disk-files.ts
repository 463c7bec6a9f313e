import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileStorage } from "./file-storage.ts";
import { storageSegments } from "./storage-segments.ts";

/** Keeps the bytes of files in a folder of this machine. */
export function openDiskFiles({ directory }: { directory: string }): FileStorage {
  const pathOf = (key: string) => join(directory, ...storageSegments(key));
  return {
    async put(key, sourcePath) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      await flush(sourcePath);
      await moveOver(sourcePath, path);
      await flush(dirname(path));
    },
    read: (key, range) => createReadStream(pathOf(key), range),
    async materialize(key) {
      const path = pathOf(key);
      await access(path);
      return path;
    },
    remove: async (key) => rm(pathOf(key), { force: true }),
  };
}

/** A rename shows readers the whole file or none, but only within one file system; across, a copy is renamed. */
async function moveOver(source: string, target: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    await copyOver(source, target);
    await rm(source);
  }
}

async function copyOver(source: string, target: string): Promise<void> {
  const draft = join(dirname(target), `.${randomUUID()}`);
  try {
    await copyFile(source, draft);
    await flush(draft);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

async function flush(path: string): Promise<void> {
  await using handle = await open(path, "r");
  await handle.sync();
}
