import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../testing/run-command.ts";

const ONE_LINE = /^[^\n]+\n$/;
const NOWHERE = "postgres://nobody@127.0.0.1:9/none";

test("keys that are off where others could connect are refused before anything is opened, in one line", async () => {
  // A folder that cannot be made: opening anything would end in another complaint.
  const variables = { HOST: "0.0.0.0", AUTH: "off", PHARMADB_DATA_DIR: "/dev/null/data" };
  const { code, stdout, stderr } = await runCommand(["serve"], variables);
  expect(stderr).toMatch(/AUTH: off is allowed on a loopback HOST only/);
  expect(stderr).toMatch(ONE_LINE);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test.each([
  { args: ["serve"], variables: { PHARMADB_DATA_DIR: "/dev/null/data" }, says: "PHARMADB_DATA_DIR: " },
  { args: ["migrate"], variables: { DATABASE_URL: NOWHERE }, says: "DATABASE_URL: " },
])("$args with $variables ends in one line that names the variable", async ({ args, variables, says }) => {
  const { code, stderr } = await runCommand(args, variables);
  expect(stderr.startsWith(says)).toBe(true);
  expect(stderr).toMatch(ONE_LINE);
  expect(code).toBe(1);
});

test("a worker that is told where to show its metrics, and on no port, is refused; other commands take no notice", async () => {
  const variables = { METRICS_HOST: "0.0.0.0", METRICS_PORT: "", DATABASE_URL: NOWHERE };
  const worker = await runCommand(["worker"], variables);
  expect(worker.stderr).toMatch(/METRICS_HOST: has no effect on a worker without METRICS_PORT/);
  expect(worker.stderr).toMatch(ONE_LINE);
  expect(worker.code).toBe(2);
  expect((await runCommand(["migrate"], variables)).stderr).toMatch(/^DATABASE_URL: /);
});

test("a Supabase project that does not answer ends the start in one line that names the variable", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-supabase-test-"));
  try {
    const project = { SUPABASE_URL: "http://127.0.0.1:9", SUPABASE_SERVICE_KEY: "not shown" };
    const { code, stderr } = await runCommand(["serve"], { PHARMADB_DATA_DIR: directory, PORT: "0", ...project });
    expect(stderr).toMatch(/^SUPABASE_URL: no Storage of a Supabase project answers there/);
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).not.toContain("not shown");
    expect(code).toBe(1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 60_000);

test("a port that is taken is said so in one line, and the data folder is free again", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-port-test-"));
  const other = createServer().listen(0, "127.0.0.1");
  try {
    await once(other, "listening");
    const PORT = String((other.address() as AddressInfo).port);
    for (const _ of [1, 2]) {
      const { code, stderr } = await runCommand(["serve"], { PORT, PHARMADB_DATA_DIR: directory, LOG_LEVEL: "error" });
      expect(stderr).toMatch(new RegExp(`^PORT: .*address already in use.*${PORT}\n$`));
      expect(code).toBe(1);
    }
  } finally {
    other.close();
    await rm(directory, { recursive: true, force: true });
  }
}, 60_000);

test("an address that this machine does not have is laid to HOST and not to PORT", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-host-test-"));
  try {
    // Of the documentation's network, so no machine has it.
    const variables = { HOST: "192.0.2.1", PORT: "0", PHARMADB_DATA_DIR: directory, LOG_LEVEL: "error" };
    const { code, stderr } = await runCommand(["serve"], variables);
    expect(stderr).toMatch(/^HOST: .*192\.0\.2\.1\n$/m);
    expect(code).toBe(1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 60_000);
