import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@pharmadb/client";
import { parseConfig } from "@pharmadb/config";
import { openPostgres } from "@pharmadb/store";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { createLogger } from "@pharmadb/telemetry";
import { expect, test, vi } from "vitest";
import { UsageError } from "../command.ts";
import { runCommand } from "../testing/run-command.ts";
import { startServe } from "../testing/start-serve.ts";
import { audit } from "./audit.ts";

// Each test starts several processes with a fresh database, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const hasPostgres = (await findPostgres()) !== null;

async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-audit-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("what the embedded service did is sealed when it stops, and verified and listed then", async () => {
  await using directory = await temporaryDirectory();
  const variables = { PHARMADB_DATA_DIR: directory.path };
  const key = (
    await runCommand(["keys", "create", "--tenant", "acme", "--scopes", "read,write"], variables)
  ).stdout.trim();
  const table = join(import.meta.dirname, "../../../../samples/trial/dm.csv");
  await using service = await startServe({ ...variables, AUTH: "on", LOG_LEVEL: "info" });
  const client = createClient({ baseUrl: service.url, apiKey: key });
  const file = await client.uploadFile(table);
  const { id } = await client.submit({ question: "How many subjects are there?", file_ids: [file.id] });
  // Followed, for to read the job with its report would be told as well.
  for await (const _event of client.follow(id));
  service.signal("SIGTERM");
  expect(await service.ended).toBe(0);
  expect(service.log.filter((line) => line.includes("end of the audit trail")).at(-1)).toContain('"seq":4');

  const verified = await runCommand(["audit", "verify"], variables);
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  expect(verified.stdout).toMatch(/^4 places checked, no faults\.\nend 4:[0-9a-f]{64}\n$/);
  const end = verified.stdout.trim().split(" ").at(-1) ?? "";
  expect((await runCommand(["audit", "verify", "--expect", end], variables)).code).toBe(0);
  const cut = await runCommand(["audit", "verify", "--json", "--expect", `5:${"a".repeat(64)}`], variables);
  expect(cut.code).toBe(1);
  expect(JSON.parse(cut.stdout)).toMatchObject({ checked: 4, faults: 1, told: [{ kind: "cut_off", seq: 5 }] });

  const listed = await runCommand(["audit", "list", "--tenant", "acme"], variables);
  const [completed, submitted, uploaded, created] = listed.stdout.trimEnd().split("\n");
  expect(completed).toMatch(new RegExp(`^ +4 .* acme  research\\.completed  ${id}  by system worker`));
  expect(submitted).toMatch(new RegExp(`^ +3 .* acme  research\\.submitted  ${id}  by api_key key_`));
  expect(uploaded).toMatch(
    new RegExp(`^ +2 .* acme  file\\.uploaded  ${file.id}  by api_key key_\\w+ from 127\\.0\\.0\\.1$`),
  );
  expect(created).toMatch(/^ +1 .* acme {2}key\.created {2}key_\w+ {2}by operator \S+$/);
  const asJson = await runCommand(
    ["audit", "list", "--action", "key.created", "--since", "2020-01-01", "--json"],
    variables,
  );
  expect(JSON.parse(asJson.stdout)).toMatchObject({ action: "key.created", details: { scopes: ["read", "write"] } });
  expect((await runCommand(["audit", "list", "--until", "2020-01-01"], variables)).stdout).toBe("");
});

test.skipIf(!hasPostgres)("what somebody changes in the tables of a running service is found", async () => {
  await using directory = await temporaryDirectory();
  await using postgres = await startPostgres();
  const variables = { DATABASE_URL: postgres.connectionString, PHARMADB_DATA_DIR: directory.path };
  await using _service = await startServe({ ...variables, AUTH: "on", LOG_LEVEL: "error" });
  for (const name of ["first", "second", "third"]) {
    await runCommand(["keys", "create", "--tenant", "acme", "--scopes", "read", "--name", name], variables);
  }
  const verify = () => runCommand(["audit", "verify"], variables);
  await expect.poll(async () => (await verify()).stdout, { timeout: 60_000 }).toContain("3 places checked, no faults");
  const { sql, close } = await openPostgres({ connectionString: postgres.connectionString, maxConnections: 1 });
  await sql.query("alter table audit_log disable trigger user");
  await sql.query(
    "update audit_log set actor_id = 'mallory' where id = (select audit_id from audit_seals where seq = 2)",
  );
  await close();
  const { code, stdout } = await verify();
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^changed: The entry at place 2 is not what was sealed.* \(aud_\w+\)\n3 places checked, 1 faults?/,
  );
});

test.each([
  { args: [], says: "verify or list" },
  { args: ["erase"], says: 'there is no "erase"; there are verify and list' },
  { args: ["verify", "--expect", "12"], says: "--expect: a place and its hash" },
  { args: ["verify", "now"], says: 'got "now"' },
  { args: ["list", "--action", "stolen"], says: '--action: there is no "stolen"' },
  { args: ["list", "--since", "monday"], says: "--since: a day or a time" },
  { args: ["list", "--until", "2026-13-45"], says: "--until: a day or a time" },
  { args: ["list", "--limit", "0"], says: "--limit: how many" },
  { args: ["list", "--tenant", "../acme"], says: "--tenant" },
])("audit $args is refused with the reason, before anything is opened", async ({ args, says }) => {
  const config = parseConfig({ PHARMADB_DATA_DIR: "/dev/null/data" });
  const logger = createLogger({ level: "error", service: "audit" });
  await using stack = new AsyncDisposableStack();
  const error = await audit.run({ args, config, logger, stack }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(says);
});
