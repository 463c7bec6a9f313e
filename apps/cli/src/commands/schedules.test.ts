import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runCommand } from "../testing/run-command.ts";
import { startServe } from "../testing/start-serve.ts";

vi.setConfig({ testTimeout: 120_000 });

test("schedules makes one of files here and there, lists it, runs it, tells what came of it, and deletes it", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-schedules-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const served = stack.use(await startServe({ PHARMADB_DATA_DIR: join(directory, "data"), SANDBOX_PROCESSES: "1" }));
  const { client } = served;
  const schedules = async (...args: string[]) => {
    const ran = await runCommand(["schedules", ...args, "--url", served.url]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran;
  };
  const [here, there] = [join(directory, "ae.csv"), join(directory, "dm.csv")];
  await writeFile(here, "USUBJID,AETERM,AESER\n01,NAUSEA,N\n02,RASH,Y\n");
  await writeFile(there, "USUBJID,AGE\n01,41\n02,52\n");
  const { id: fileId } = await client.uploadFile(there);
  const question = "How many \u001b[31msubjects had a serious adverse event?";
  const times = ["0 6 * * mon-fri", question, here, fileId];
  const made = await schedules("create", ...times, "--timezone", "Europe/Berlin", "--notify", "on_change");
  const id = made.stdout.trim();
  const schedule = await client.schedules.get(id);
  expect(made.stderr).toBe(`It runs first at ${schedule.next_run_at}.\n`);
  expect(schedule).toMatchObject({ timezone: "Europe/Berlin", notify: "on_change", research: { question } });
  expect(schedule.research.file_ids).toEqual([expect.stringMatching(/^file_/), fileId]);

  const { stdout: table } = await schedules("list");
  expect(table).toMatch(new RegExp(`^ID .*\n${id} {2}0 6 \\* \\* mon-fri {2}Europe/Berlin .* none .*serious`));
  expect(table).not.toContain("\u001b");
  expect(JSON.parse((await schedules("list", "--json")).stdout)).toEqual([schedule]);
  expect(JSON.parse((await schedules("pause", id)).stdout)).toMatchObject({ id, next_run_at: null });
  expect((await schedules("list")).stdout).toContain("paused");
  expect(JSON.parse((await schedules("resume", id)).stdout)).toMatchObject({ id, paused_at: null });

  const { id: jobId } = JSON.parse((await schedules("run", id)).stdout) as { id: string };
  await client.waitForEnd(jobId);
  expect((await schedules("runs", id)).stdout).toMatch(new RegExp(`^DUE .*\n.* completed {2,}${jobId} {2}-\n$`));
  expect(JSON.parse((await schedules("runs", id, "--json", "--limit", "1")).stdout)).toMatchObject([
    { schedule_id: id, research_id: jobId, outcome: "completed" },
  ]);
  await schedules("delete", id);
  const gone = await runCommand(["schedules", "get", id, "--url", served.url]);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("no schedule") });
});

test.each([
  { args: [], says: "create, list, get, runs, run, pause, resume or delete" },
  { args: ["create"], says: "when?" },
  { args: ["create", "0 6 * * *"], says: "no question" },
  { args: ["create", "0 6 * * *", "How many?", "/nowhere/ae.csv"], says: "/nowhere/ae.csv" },
  {
    args: ["create", "0 6 * * *", "How many?", "--notify", "never"],
    says: 'there is no "never"; there are always, on_change',
  },
  { args: ["run"], says: "which?" },
  { args: ["run", "res_1"], says: "begin with sch_" },
  { args: ["runs", "sch_01h00000000000000000000000", "--limit", "0"], says: "--limit: how many" },
])("the command line schedules $args is refused with exit code 2 and the reason", async ({ args, says }) => {
  const { code, stderr } = await runCommand(["schedules", ...args]);
  expect(stderr).toContain(says);
  expect(stderr).toMatch(new RegExp(`^Usage: pharmadb schedules ${args[0] ?? "create"} `, "m"));
  expect(code).toBe(2);
});
