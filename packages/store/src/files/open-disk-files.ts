import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileStorage } from "./file-storage.ts";

/** Keeps the bytes of files in a folder of this machine. */
export function openDiskFiles({ directory }: { directory: string }): FileStorage {
  const pathOf = (key: string) => join(directory, ...segmentsOf(key));
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

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/** The parts of a key. A key that could name anything outside the folder, or a hidden file, is refused. */
function segmentsOf(key: string): string[] {
  const segments = key.split("/");
  if (!segments.every((segment) => SEGMENT.test(segment))) throw new Error(`Not a storage key: ${JSON.stringify(key)}`);
  return segments;
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
