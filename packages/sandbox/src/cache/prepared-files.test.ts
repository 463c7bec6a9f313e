import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Prepared } from "../pool/messages.ts";
import type { UnknownFile } from "../sandbox.ts";
import { NEVER, openTestSandbox } from "../testing/open-test-sandbox.ts";
import { openPreparedFiles } from "./prepared-files.ts";

const PREPARED: Prepared = {
  inspection: {
    kind: "table",
    mediaType: "text/csv",
    profile: { name: null, label: null, row_count: 0, columns: [], more_tables: [] },
  },
  storedTables: ["t0"],
};

function file(digit: string, name = "a.csv"): UnknownFile {
  return { name, path: "/nowhere", bytes: 1, sha256: digit.repeat(64) };
}

async function openCache(options: { maxBytes?: number; bytes?: number; hold?: Promise<void> } = {}) {
  const directory = await mkdtemp(join(tmpdir(), "cache-test-"));
  const made: string[] = [];
  const aborted: string[] = [];
  const prepare = async ({ sha256 }: UnknownFile, staging: string, signal: AbortSignal) => {
    made.push(sha256.charAt(0));
    signal.addEventListener("abort", () => aborted.push(sha256.charAt(0)));
    await options.hold;
    await writeFile(join(staging, "tables.duckdb"), "x".repeat(options.bytes ?? 10));
    return PREPARED;
  };
  const cache = await openPreparedFiles({ directory, maxBytes: options.maxBytes ?? 1e9, prepare });
  return {
    cache,
    directory,
    made,
    aborted,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

test("a file is prepared once, however many ask for it at the same time and later", async () => {
  await using opened = await openCache();
  await Promise.all(Array.from({ length: 5 }, () => opened.cache.get(file("a"), NEVER)));
  await opened.cache.get(file("a"), NEVER);
  await opened.cache.get(file("b"), NEVER);
  expect(opened.made).toEqual(["a", "b"]);
});

test("one caller who gives up does not end the work for the others; the last one does", async () => {
  const held = Promise.withResolvers<void>();
  await using opened = await openCache({ hold: held.promise });
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [opened.cache.get(file("a"), first.signal), opened.cache.get(file("a"), second.signal)];
  first.abort(new Error("first"));
  await expect(waits[0]).rejects.toThrow("first");
  expect(opened.aborted).toEqual([]);
  second.abort(new Error("second"));
  await expect(waits[1]).rejects.toThrow("second");
  held.resolve();
});

test("a preparation that failed leaves nothing behind and is tried again", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cache-test-"));
  let tries = 0;
  const prepare = async () => {
    if (++tries === 1) throw new Error("broken");
    return PREPARED;
  };
  const cache = await openPreparedFiles({ directory, maxBytes: 1e9, prepare });
  await expect(cache.get(file("a"), NEVER)).rejects.toThrow("broken");
  expect(await readdir(directory)).toEqual([]);
  await expect(cache.get(file("a"), NEVER)).resolves.toMatchObject({ storedTables: ["t0"] });
  await rm(directory, { recursive: true, force: true });
});

test("beyond its size the cache forgets what was used longest ago", async () => {
  await using opened = await openCache({ maxBytes: 3000, bytes: 1000 });
  for (const digit of ["a", "b", "c", "d"]) await opened.cache.get(file(digit), NEVER);
  const left = (await readdir(opened.directory)).map((name) => name.charAt(0)).sort();
  expect(left).not.toContain("a");
  expect(left).toContain("d");
});

test("the same bytes under another ending are prepared apart", async () => {
  await using opened = await openCache();
  await opened.cache.get(file("a", "x.csv"), NEVER);
  await opened.cache.get(file("a", "y.csv"), NEVER);
  await opened.cache.get(file("a", "x.tsv"), NEVER);
  expect(opened.made).toEqual(["a", "a"]);
});

test("a second sandbox over the same folder finds what the first has prepared, and prepares again what is gone", async () => {
  await using first = await openTestSandbox();
  const uploaded = await first.upload("t.csv", "a\n1\n2\n");
  const cacheDir = join(first.directory, "cache");
  await using second = await openTestSandbox({ cacheDir });
  expect((await second.query([uploaded], "SELECT sum(a) FROM t")).rows).toEqual([[3]]);
  for (const name of await readdir(cacheDir)) await rm(join(cacheDir, name), { recursive: true });
  expect((await first.query([uploaded], "SELECT max(a) FROM t")).rows).toEqual([[2]]);
});
