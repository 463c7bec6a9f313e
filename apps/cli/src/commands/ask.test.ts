import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../testing/run-command.ts";

test("ask starts a service of its own, prints progress and report, and leaves nothing behind", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-ask-test-"));
  try {
    const path = join(directory, "ae.csv");
    await writeFile(path, "USUBJID,AETERM,AESER\n01,NAUSEA,N\n02,NAUSEA,Y\n02,RASH,Y\n");
    const question = "How many subjects had a serious adverse event?\u001b";
    const { code, stdout, stderr } = await runCommand(["ask", question, path], { TMPDIR: directory });
    expect(stderr).toMatch(
      /research\.queued[\s\S]*step\.started .*How many[\s\S]*tool\.called[\s\S]*research\.completed/,
    );
    // What others have written does not steer the terminal.
    expect(stderr).not.toContain("\u001b");
    expect(stdout).toMatch(/^# /);
    expect(stdout).toContain("[E1]");
    expect(code).toBe(0);
    expect(await readdir(directory)).toEqual(["ae.csv"]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test("the log of ask's own service holds none of the keys that it is given", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-ask-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const keys = { OPENAI_API_KEY: "planted.openai.credential", PHARMADB_API_KEY: "planted.service.credential" };
  const refusing = createServer((_request, response) => {
    // The code of a refusal is logged as the service gives it.
    const code = `refused ${Object.values(keys).join(" ")}`;
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { code } }));
  }).listen(0, "127.0.0.1");
  stack.defer(() => void refusing.close());
  await once(refusing, "listening");
  const path = join(directory, "ae.csv");
  await writeFile(path, "USUBJID,AESER\n01,Y\n");
  const { code, stderr } = await runCommand(["ask", "How many subjects are there?", path], {
    ...keys,
    OPENAI_BASE_URL: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1`,
    LOG_LEVEL: "debug",
    TMPDIR: directory,
  });
  expect(stderr).toContain("refused [redacted] [redacted]");
  for (const [name, key] of Object.entries(keys)) {
    expect(
      stderr.split("\n").filter((line) => line.includes(key)),
      name,
    ).toEqual([]);
  }
  expect(code).toBe(1);
});

test.each([
  { args: [], says: "No command was given", usage: "COMMAND" },
  { args: ["nonsense"], says: 'Unknown command "nonsense"', usage: "COMMAND" },
  { args: ["ask", "How many?", "/nowhere/ae.csv"], says: "/nowhere/ae.csv", usage: "ask" },
  {
    args: ["ask", "How many?", "--url", "localhost:8000"],
    says: '--url: "localhost:8000" is no address',
    usage: "ask",
  },
  { args: ["schedules", "list", "--url", "foo"], says: '--url: "foo" is no address', usage: "schedules list" },
  { args: ["worker"], says: "DATABASE_URL", usage: "worker" },
  { args: ["serve", "--port", "1"], says: "--port", usage: "serve" },
])("the command line $args is refused with exit code 2, the reason and its usage", async ({ args, says, usage }) => {
  const { code, stdout, stderr } = await runCommand(args);
  const lines = stderr.trimEnd().split("\n");
  expect(lines[0]).toContain(says);
  expect(lines.slice(1)).toEqual([expect.stringMatching(`^Usage: pharmadb ${usage}`), "All commands: pharmadb help"]);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test.each([
  ["keys", "--help"],
  ["help", "keys"],
  ["keys", "create", "-h"],
])("%s %s tells the usage of keys alone, on standard output", async (...args) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect(stdout).toMatch(
    /^Usage:\n {2}pharmadb keys create .*\n {2}pharmadb keys list .*\n {2}pharmadb keys revoke .*\n {6}API keys: .*\n$/,
  );
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("a service on an IPv6 address of this machine is looked for there", async () => {
  const { code, stderr } = await runCommand(["status", "res_01jd0000000000000000000000"], { HOST: "::1", PORT: "9" });
  expect(stderr).toBe("No service answers at http://[::1]:9.\n");
  expect(code).toBe(1);
});

test("a service that is not there is said so in one line, with exit code 1", async () => {
  const { code, stderr } = await runCommand([
    "status",
    "res_01jd0000000000000000000000",
    "--url",
    "http://127.0.0.1:9",
  ]);
  expect(stderr).toBe("No service answers at http://127.0.0.1:9.\n");
  expect(code).toBe(1);
});
