import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { fileStorageKey } from "./file-storage.ts";
import { openDiskFiles } from "./open-disk-files.ts";

const key = fileStorageKey("default", "ab12");
const { signal } = new AbortController();

async function openFiles() {
  const directory = await temporaryDirectory();
  const stored = join(directory.path, "stored");
  const source = async (text: string) => {
    const path = join(directory.path, "upload");
    await writeFile(path, text);
    return path;
  };
  return { ...directory, stored, source, files: openDiskFiles({ directory: stored }) };
}

test("a stored file moves from where it was and can be read whole, in part, and by its path", async () => {
  await using opened = await openFiles();
  const source = await opened.source("0123456789");
  await opened.files.put(key, source);
  expect(existsSync(source)).toBe(false);
  expect(String(await buffer(opened.files.read(key)))).toBe("0123456789");
  expect(String(await buffer(opened.files.read(key, { start: 2, end: 4 })))).toBe("234");
  const path = await opened.files.materialize(key, join(opened.path, "job"), signal);
  expect(await readFile(path, "utf8")).toBe("0123456789");
  expect(path.startsWith(opened.stored)).toBe(true);
});

test("equal bytes of one tenant are stored once, and who reads them goes on through a second upload", async () => {
  await using opened = await openFiles();
  await opened.files.put(key, await opened.source("same"));
  const reading = opened.files.read(key);
  await new Promise((resolve) => reading.once("open", resolve));
  await opened.files.put(key, await opened.source("same"));
  expect(String(await buffer(reading))).toBe("same");
  expect(await readdir(join(opened.stored, "default"))).toEqual(["ab12"]);
});

test("a file that is removed is gone, and removing it again is no error", async () => {
  await using opened = await openFiles();
  await opened.files.put(key, await opened.source("x"));
  await opened.files.remove(key);
  await opened.files.remove(key);
  await expect(buffer(opened.files.read(key))).rejects.toMatchObject({ code: "ENOENT" });
  await expect(opened.files.materialize(key, opened.path, signal)).rejects.toMatchObject({ code: "ENOENT" });
});

test.each(["", "..", "a/../../b", "/etc/passwd", "a//b", "a/", ".hidden", "a\\b", "a\0b", "a/b c", "%2e%2e/b"])(
  "the key %j is refused",
  async (bad) => {
    await using opened = await openFiles();
    await expect(opened.files.put(bad, await opened.source("x"))).rejects.toThrow("Not a storage key");
    expect(() => opened.files.read(bad)).toThrow("Not a storage key");
    await expect(opened.files.materialize(bad, opened.path, signal)).rejects.toThrow("Not a storage key");
    await expect(opened.files.remove(bad)).rejects.toThrow("Not a storage key");
  },
);

const otherFileSystem = "/dev/shm";
const hasOther = existsSync(otherFileSystem) && (await stat(otherFileSystem)).dev !== (await stat("/tmp")).dev;

test.skipIf(!hasOther)("a file from another file system is copied and leaves no draft behind", async () => {
  await using opened = await openFiles();
  const source = join(otherFileSystem, `pharmadb-store-${process.pid}`);
  await writeFile(source, "from afar");
  await opened.files.put(key, source);
  expect(existsSync(source)).toBe(false);
  expect(String(await buffer(opened.files.read(key)))).toBe("from afar");
  expect(await readdir(join(opened.stored, "default"))).toEqual(["ab12"]);
});

test("a failed store leaves no part of a file", async () => {
  await using opened = await openFiles();
  await expect(opened.files.put(key, join(opened.path, "nowhere"))).rejects.toMatchObject({ code: "ENOENT" });
  await mkdir(join(opened.stored, key), { recursive: true });
  await expect(opened.files.put(key, await opened.source("x"))).rejects.toThrow();
  await rm(join(opened.stored, key), { recursive: true });
  expect(await readdir(join(opened.stored, "default"))).toEqual([]);
});
