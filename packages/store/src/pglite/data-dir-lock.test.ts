import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { lockDataDir } from "./data-dir-lock.ts";

const MODULE = fileURLToPath(new URL("./data-dir-lock.ts", import.meta.url));
const HOLD = `
  const { lockDataDir } = await import(${JSON.stringify(MODULE)});
  await lockDataDir(process.argv[1]).then(() => console.log("held"), () => console.log("refused"));
  setInterval(() => {}, 1000);
`;

/** Another process that asks for the folder, once it has its answer. */
async function ask(directory: string) {
  const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "--eval", HOLD, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const answer = child.stdout ? String((await once(child.stdout, "data"))[0]).trim() : "";
  const kill = async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  return { answer, pid: child.pid, kill, [Symbol.asyncDispose]: kill };
}

test("a folder that another process holds is refused, with the process and the file named, until it ends", async () => {
  await using directory = await temporaryDirectory();
  await using holder = await ask(directory.path);
  expect(holder.answer).toBe("held");
  await expect(lockDataDir(directory.path)).rejects.toThrow(
    `in use by process ${holder.pid} (${join(directory.path, "lock-holder.json")})`,
  );
  await holder.kill();
  await using _held = await lockDataDir(directory.path);
});

test("a folder that this process holds is refused to it as well, and to others thereafter", async () => {
  await using directory = await temporaryDirectory();
  await using _held = await lockDataDir(directory.path);
  await expect(lockDataDir(directory.path)).rejects.toThrow(`in use by process ${process.pid}`);
  await using other = await ask(directory.path);
  expect(other.answer).toBe("refused");
});

// As it is with a process of another container: it has the same volume, and numbers of its own.
test.each([
  { text: '{"host":"3f1c","pid":4194305}', named: "process 4194305 of 3f1c" },
  { text: '{"host":', named: "another process" },
])("what is written of the holder ($text) has no say in whether it lives", async ({ text, named }) => {
  await using directory = await temporaryDirectory();
  await using _held = await lockDataDir(directory.path);
  await writeFile(join(directory.path, "lock-holder.json"), text);
  await expect(lockDataDir(directory.path)).rejects.toThrow(`in use by ${named}`);
});

test("a folder can be locked again once it is unlocked", async () => {
  await using directory = await temporaryDirectory();
  for (let turn = 0; turn < 3; turn++) {
    await using _held = await lockDataDir(directory.path);
  }
});

test("of many that ask at once for a folder that nobody holds, one gets it", async () => {
  await using directory = await temporaryDirectory();
  const asked = await Promise.all(Array.from({ length: 6 }, () => ask(directory.path)));
  expect(asked.map(({ answer }) => answer).sort()).toEqual(["held", ...Array(5).fill("refused")]);
  await Promise.all(asked.map(({ kill }) => kill()));
});
