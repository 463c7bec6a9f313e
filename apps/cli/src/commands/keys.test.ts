import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@pharmadb/client";
import { parseConfig } from "@pharmadb/config";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { createLogger } from "@pharmadb/telemetry";
import { expect, test, vi } from "vitest";
import { UsageError } from "../command.ts";
import { runCommand } from "../testing/run-command.ts";
import { startServe } from "../testing/start-serve.ts";
import { keys } from "./keys.ts";

// Each test starts several processes with a fresh database, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const hasPostgres = (await findPostgres()) !== null;

async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-keys-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A key made, used, listed and revoked on this record. */
async function lifeOfAKey(variables: Record<string, string>, { whileRunning }: { whileRunning: boolean }) {
  const made = await runCommand(
    [
      "keys",
      "create",
      "--tenant",
      "acme",
      "--scopes",
      "read,write",
      "--rate",
      "60",
      "--name",
      "ci",
      "--expires",
      "90d",
    ],
    variables,
  );
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pdb_[0-9a-z]{38}\n$/) });
  expect(made.stderr).toMatch(/^key_\w{26} of acme\. .*never again\.\n$/);
  const apiKey = made.stdout.trim();
  const id = made.stderr.slice(0, 30);

  await using service = await startServe({ ...variables, AUTH: "on", LOG_LEVEL: "error" });
  const status = () =>
    createClient({ baseUrl: service.url, apiKey })
      .getResearch("res_00000000000000000000000000")
      .then(String, (error) => error.code);
  expect(await status()).toBe("not_found");
  const asked = await runCommand(["status", "res_01jd0000000000000000000000", "--url", service.url], {
    PHARMADB_API_KEY: apiKey,
  });
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining("There is no research job") });
  const beside = await runCommand(["keys", "list"], variables);
  if (!whileRunning) {
    expect(beside.code).toBe(1);
    expect(beside.stderr).toMatch(/in use by process \d+.*while the service is stopped/);
    service.signal("SIGTERM");
    await service.ended;
  }
  const listed = await runCommand(["keys", "list", "--tenant", "acme"], variables);
  expect(listed.stdout).toContain(`${apiKey.slice(0, 12)}…`);
  expect(listed.stdout).not.toContain(apiKey);
  expect(listed.stdout).toMatch(/read,write {2}60\/min {2}works until .* ci\n$/);
  const [record] = JSON.parse((await runCommand(["keys", "list", "--json"], variables)).stdout);
  expect(record).toMatchObject({ id, tenant_id: "acme", last_used_at: expect.any(String), revoked_at: null });

  expect(await runCommand(["keys", "revoke", id], variables)).toMatchObject({ code: 0, stdout: "" });
  if (whileRunning) await expect.poll(status, { timeout: 15_000 }).toBe("unauthorized");
  expect((await runCommand(["keys", "list"], variables)).stdout).toMatch(/ revoked \d{4}-/);
}

test("a key of the embedded record is made, used, listed and revoked, in turns with the service", async () => {
  await using directory = await temporaryDirectory();
  await lifeOfAKey({ PHARMADB_DATA_DIR: directory.path }, { whileRunning: false });
});

test.skipIf(!hasPostgres)("a key of a Postgres record stops working while the service runs", async () => {
  await using directory = await temporaryDirectory();
  await using postgres = await startPostgres();
  const variables = { DATABASE_URL: postgres.connectionString, PHARMADB_DATA_DIR: directory.path };
  await lifeOfAKey(variables, { whileRunning: true });
});

test.each([
  { args: [], says: "create, list or revoke" },
  { args: ["drop"], says: 'there is no "drop"; there are create, list and revoke' },
  { args: ["create", "--scopes", "read"], says: "--tenant" },
  { args: ["create", "--tenant", "acme"], says: "--scopes" },
  { args: ["create", "--tenant", "../acme", "--scopes", "read"], says: "--tenant: 1 to 63 lower-case letters" },
  { args: ["create", "--tenant", "acme", "--scopes", "read,root"], says: '--scopes: there is no scope "root"' },
  { args: ["create", "--tenant", "acme", "--scopes", ""], says: '--scopes: there is no scope ""' },
  { args: ["create", "--tenant", "acme", "--scopes", "read", "--rate", "0"], says: "--rate: requests a minute" },
  { args: ["create", "--tenant", "acme", "--scopes", "read", "--expires", "soon"], says: "--expires: how long" },
  { args: ["create", "--tenant", "acme", "--scopes", "read", "--expires", "0d"], says: "--expires: how long" },
  { args: ["create", "acme", "--tenant", "acme", "--scopes", "read"], says: 'got "acme"' },
  { args: ["revoke"], says: "which key?" },
  { args: ["revoke", "pdb_x"], says: '"pdb_x" is no id of a key' },
])("keys $args is refused with the reason, before anything is opened", async ({ args, says }) => {
  const config = parseConfig({ PHARMADB_DATA_DIR: "/dev/null/data" });
  const logger = createLogger({ level: "error", service: "keys" });
  await using stack = new AsyncDisposableStack();
  const error = await keys.run({ args, config, logger, stack }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(says);
});

test("a key that is not there is said so, with exit code 1", async () => {
  await using directory = await temporaryDirectory();
  const id = "key_00000000000000000000000000";
  const { code, stderr } = await runCommand(["keys", "revoke", id], { PHARMADB_DATA_DIR: directory.path });
  expect(stderr).toBe(`There is no key ${id}.\n`);
  expect(code).toBe(1);
});
