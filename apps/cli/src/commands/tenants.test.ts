import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@pharmadb/config";
import { createLogger } from "@pharmadb/telemetry";
import { expect, test } from "vitest";
import { UsageError } from "../command.ts";
import { runCommand } from "../testing/run-command.ts";
import { tenants } from "./tenants.ts";

test("a weight that is set is listed, and can be changed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-tenants-test-"));
  try {
    const variables = { PHARMADB_DATA_DIR: directory };
    for (const weight of ["2", "0.5"]) {
      const set = await runCommand(["tenants", "set", "acme", "--weight", weight], variables);
      expect(set).toMatchObject({ code: 0, stdout: "", stderr: "" });
    }
    await runCommand(["tenants", "set", "other", "--weight", "3"], variables);
    const listed = await runCommand(["tenants", "list"], variables);
    expect(listed.stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["TENANT", "WEIGHT", "QUEUED", "RUNNING", "SECONDS AN ATTEMPT"],
      ["acme", "0.5", "0", "0", "5.0"],
      ["other", "3", "0", "0", "5.0"],
      [""],
    ]);
    const json = await runCommand(["tenants", "list", "--json"], variables);
    expect(JSON.parse(json.stdout)).toMatchObject([{ id: "acme", weight: 0.5 }, { id: "other" }]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 240_000);

test.each([
  { args: [], says: "set or list" },
  { args: ["drop"], says: 'there is no "drop"; there are set and list' },
  { args: ["set"], says: "whose weight?" },
  { args: ["set", "acme"], says: "--weight" },
  { args: ["set", "acme", "--weight", "0"], says: "--weight: a number from 0.01 to 100" },
  { args: ["set", "acme", "--weight", "1e1"], says: "--weight: a number from 0.01 to 100" },
  { args: ["set", "../acme", "--weight", "1"], says: "--tenant: 1 to 63 lower-case letters" },
  { args: ["set", "acme", "more", "--weight", "1"], says: 'got "more"' },
  { args: ["list", "acme"], says: 'got "acme"' },
])("tenants $args is refused with the reason, before anything is opened", async ({ args, says }) => {
  const config = parseConfig({ PHARMADB_DATA_DIR: "/dev/null/data" });
  const logger = createLogger({ level: "error", service: "tenants" });
  await using stack = new AsyncDisposableStack();
  const error = await tenants.run({ args, config, logger, stack }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(says);
});
