import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type FileStorage, openDiskFiles, openSupabaseFiles } from "@pharmadb/store";
import { describe, expect, test } from "vitest";
import { startSupabaseDouble } from "./start-supabase-double.ts";

type Opened = AsyncDisposable & { files: FileStorage; directory: string };

async function openFiles(kind: "disk" | "Supabase"): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-files-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, "job"));
  let files = openDiskFiles({ directory: join(directory, "stored") });
  if (kind === "Supabase") {
    const double = stack.use(await startSupabaseDouble());
    const project = { url: double.url, serviceKey: double.serviceKey, bucket: "files", maxConnections: 4 };
    files = await openSupabaseFiles({ ...project, timing: { baseMs: 1 } });
  }
  const owned = stack.move();
  return { files, directory, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const { signal } = new AbortController();

async function put({ files, directory }: Opened, bytes: Buffer): Promise<string> {
  const source = join(directory, "upload");
  await writeFile(source, bytes);
  const key = `acme/${createHash("sha256").update(bytes).digest("hex")}`;
  await files.put(key, source);
  expect(existsSync(source)).toBe(false);
  return key;
}

describe.each(["disk", "Supabase"] as const)("files on %s", (kind) => {
  test.each([0, 1, 10, 3_000_001])(
    "%d bytes come back as they were put, and as a file of this machine",
    async (size) => {
      await using opened = await openFiles(kind);
      const bytes = randomBytes(size);
      const key = await put(opened, bytes);
      expect(bytes.equals(await buffer(opened.files.read(key)))).toBe(true);
      const path = await opened.files.materialize(key, join(opened.directory, "job"), signal);
      expect(bytes.equals(await readFile(path))).toBe(true);
    },
  );

  test.each([
    [0, 0],
    [2, 4],
    [0, 9],
    [9, 9],
  ])("bytes %d to %d of ten are read without the others", async (start, end) => {
    await using opened = await openFiles(kind);
    const key = await put(opened, Buffer.from("0123456789"));
    expect(String(await buffer(opened.files.read(key, { start, end })))).toBe("0123456789".slice(start, end + 1));
  });

  test("equal bytes can be put again while they are read, and several times at once", async () => {
    await using opened = await openFiles(kind);
    const bytes = randomBytes(2_000_000);
    const key = await put(opened, bytes);
    const reading = opened.files.read(key);
    await new Promise((resolve) => reading.once("readable", resolve));
    await put(opened, bytes);
    expect(bytes.equals(await buffer(reading))).toBe(true);
    await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const source = join(opened.directory, `again-${index}`);
        await writeFile(source, bytes);
        await opened.files.put(key, source);
      }),
    );
    expect(bytes.equals(await buffer(opened.files.read(key)))).toBe(true);
  });

  test("what is removed is gone, and removing it again is no error", async () => {
    await using opened = await openFiles(kind);
    const key = await put(opened, Buffer.from("x"));
    await opened.files.remove(key);
    await opened.files.remove(key);
    await expect(buffer(opened.files.read(key))).rejects.toThrow();
    await expect(opened.files.materialize(key, join(opened.directory, "job"), signal)).rejects.toThrow();
    expect(await readdir(join(opened.directory, "job"))).toEqual([]);
  });

  test("two copies of the same bytes for one job do not get in each other's way", async () => {
    await using opened = await openFiles(kind);
    const bytes = randomBytes(500_000);
    const key = await put(opened, bytes);
    const copy = () => opened.files.materialize(key, join(opened.directory, "job"), signal);
    for (const path of await Promise.all([copy(), copy(), copy()])) {
      expect(bytes.equals(await readFile(path))).toBe(true);
    }
  });

  test("a source that is not there stores nothing", async () => {
    await using opened = await openFiles(kind);
    await expect(opened.files.put("acme/nothing", join(opened.directory, "nowhere"))).rejects.toMatchObject({
      code: "ENOENT",
    });
    await expect(buffer(opened.files.read("acme/nothing"))).rejects.toThrow();
  });

  test.each([
    "",
    "..",
    "a/../../b",
    "../other/evil",
    "%2e%2e/b",
    "a//b",
    "a/",
    "a?b",
    "a#b",
    "a\\b",
    "a/b c",
    ".a",
    "ä",
  ])("the key %j is refused", async (bad) => {
    await using opened = await openFiles(kind);
    const source = join(opened.directory, "upload");
    await writeFile(source, "x");
    await expect(opened.files.put(bad, source)).rejects.toThrow("Not a storage key");
    expect(() => opened.files.read(bad)).toThrow("Not a storage key");
    await expect(opened.files.materialize(bad, opened.directory, signal)).rejects.toThrow("Not a storage key");
    await expect(opened.files.remove(bad)).rejects.toThrow("Not a storage key");
  });
});
