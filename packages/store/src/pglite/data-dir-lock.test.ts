import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processIdentity, stillRuns } from "../process-identity.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { lockDataDir } from "./data-dir-lock.ts";

test("a folder that a living process holds is refused, with the process and the file named", async () => {
  await using directory = await temporaryDirectory();
  await using _held = await lockDataDir(directory.path);
  await expect(lockDataDir(directory.path)).rejects.toThrow(
    `in use by process ${process.pid} (${join(directory.path, "lock.1")})`,
  );
});

test("a folder can be locked again once it is unlocked, and locks do not pile up", async () => {
  await using directory = await temporaryDirectory();
  for (const turn of [1, 2, 3]) {
    await using _held = await lockDataDir(directory.path);
    expect(await readdir(directory.path)).toEqual([`lock.${turn}`]);
  }
});

test("the lock of a dead process is taken over", async () => {
  await using directory = await temporaryDirectory();
  const child = spawn(process.execPath, ["--eval", ""]);
  await once(child, "exit");
  await writeFile(join(directory.path, "lock.1"), JSON.stringify({ pid: child.pid, started: null }));
  await using _held = await lockDataDir(directory.path);
  expect(JSON.parse(await readFile(join(directory.path, "lock.2"), "utf8"))).toMatchObject({ pid: process.pid });
});

test("a process that has the number of a dead one is not taken for it", async () => {
  const identity = await processIdentity();
  expect(await stillRuns(JSON.stringify(identity))).toBe(true);
  const known = identity.started !== null;
  expect(await stillRuns(JSON.stringify({ ...identity, started: "another boot/1" }))).toBe(!known);
});

test.each(["", "{", '{"pid":"1"}'])("a lock cut short (%j) is taken over", async (text) => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, "lock.41"), text);
  await using _held = await lockDataDir(directory.path);
  expect(await readdir(directory.path)).toEqual(["lock.42"]);
});

test("of many that ask at once for a folder that nobody holds, one gets it", async () => {
  await using directory = await temporaryDirectory();
  for (let round = 0; round < 30; round++) {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(directory.path)));
    const held = results.filter((result) => result.status === "fulfilled");
    expect(held).toHaveLength(1);
    await held[0]?.value[Symbol.asyncDispose]();
  }
});
