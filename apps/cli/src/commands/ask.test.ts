import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../testing/run-command.ts";

test("ask starts a service of its own, prints progress and report, and leaves nothing behind", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-ask-test-"));
  try {
    const path = join(directory, "ae.csv");
    await writeFile(path, "USUBJID,AETERM,AESER\n01,NAUSEA,N\n02,NAUSEA,Y\n02,RASH,Y\n");
    const { code, stdout, stderr } = await runCommand(["ask", "How many subjects had a serious adverse event?", path], {
      TMPDIR: directory,
    });
    expect(stderr).toMatch(/research\.queued[\s\S]*tool\.called[\s\S]*research\.completed/);
    expect(stdout).toMatch(/^# /);
    expect(stdout).toContain("[E1]");
    expect(code).toBe(0);
    expect(await readdir(directory)).toEqual(["ae.csv"]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test.each([
  { args: ["nonsense"], says: 'Unknown command "nonsense"' },
  { args: ["ask", "How many?", "/nowhere/ae.csv"], says: "/nowhere/ae.csv" },
  { args: ["worker"], says: "DATABASE_URL" },
  { args: ["serve", "--port", "1"], says: "--port" },
])("the command line $args is refused with exit code 2 and the reason", async ({ args, says }) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect(stderr).toContain(says);
  expect(stderr).toContain("Usage:");
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a service that is not there is said so in one line, with exit code 1", async () => {
  const { code, stderr } = await runCommand(["status", "res_x", "--url", "http://127.0.0.1:9"]);
  expect(stderr).toBe("No service answers at http://127.0.0.1:9.\n");
  expect(code).toBe(1);
});
