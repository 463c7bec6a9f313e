import { execFile } from "node:child_process";
import { mkdtemp, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startSupabaseDouble } from "./start-supabase-double.ts";

const MIB = 1024 * 1024;
const SIZE = 200 * MIB;
const SCRIPT = fileURLToPath(new URL("./move-large-file.ts", import.meta.url));

test("a file of 200 MB goes to the storage and comes back without being held in memory", async () => {
  await using stack = new AsyncDisposableStack();
  const double = stack.use(await startSupabaseDouble({ fileSizeLimit: SIZE }));
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-large-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const [source, small] = [join(directory, "large"), join(directory, "small")];
  await writeFile(small, "small");
  await using handle = await open(source, "w");
  for (let written = 0; written < SIZE; written += MIB) await handle.write(Buffer.alloc(MIB, written / MIB));
  const args = [SCRIPT, double.url, double.serviceKey, source, directory, small];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const grown: { put: number; materialize: number } = JSON.parse(stdout);
  const [copy = ""] = await readdir(directory);
  expect((await stat(join(directory, copy))).size).toBe(SIZE);
  expect(grown.put).toBeLessThan(100);
  expect(grown.materialize).toBeLessThan(100);
}, 60_000);
