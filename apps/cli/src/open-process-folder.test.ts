import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { openProcessFolder } from "./open-process-folder.ts";

async function emptyParent(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-folder-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function plant(parent: string, name: string, owner: object | null): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  await writeFile(join(path, "left.csv"), "a,b\n");
  if (owner) await writeFile(join(path, "owner.json"), JSON.stringify(owner));
  return path;
}

test("two processes have folders of their own, each gone with its process and no other's", async () => {
  await using parent = await emptyParent();
  const one = await openProcessFolder(parent.path);
  const two = await openProcessFolder(parent.path);
  expect(one.path).not.toBe(two.path);
  expect(await readdir(parent.path)).toHaveLength(2);
  await one[Symbol.asyncDispose]();
  expect(await readdir(parent.path)).toEqual([basename(two.path)]);
});

const OPEN = `
  const { openProcessFolder } = await import(${JSON.stringify(new URL("./open-process-folder.ts", import.meta.url).href)});
  console.log((await openProcessFolder(process.argv[1])).path);
  setInterval(() => {}, 1000);
`;

test("the folder of another process stays as long as that lives, and goes once it was killed", async () => {
  await using parent = await emptyParent();
  const child = spawn(process.execPath, ["--input-type=module", "--eval", OPEN, parent.path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const theirs = basename(String((await once(child.stdout, "data"))[0]).trim());
  {
    await using own = await openProcessFolder(parent.path);
    expect((await readdir(parent.path)).sort()).toEqual([theirs, basename(own.path)].sort());
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  await using own = await openProcessFolder(parent.path);
  expect(await readdir(parent.path)).toEqual([basename(own.path)]);
});

test("what is left is removed, what may be in use elsewhere is not", async () => {
  await using parent = await emptyParent();
  await plant(parent.path, "killed", { host: hostname() });
  await plant(parent.path, "elsewhere", { host: "another" });
  await plant(parent.path, "being-made", null);
  const old = await plant(parent.path, "long-ago", { host: "another" });
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  await utimes(old, twoDaysAgo, twoDaysAgo);
  await using own = await openProcessFolder(parent.path);
  expect((await readdir(parent.path)).sort()).toEqual(["being-made", "elsewhere", basename(own.path)].sort());
});
