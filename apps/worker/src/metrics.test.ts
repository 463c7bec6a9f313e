import { AppError } from "@pharmadb/contracts";
import { expect, test, vi } from "vitest";
import type { RunAgents } from "./process-research.ts";
import { emptyReport, openWorld, type World } from "./testing/open-world.ts";

// Each test makes a database, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

async function seriesOf({ metrics }: World): Promise<Map<string, number>> {
  const { text } = await metrics.read();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

test("jobs are counted by how their attempts end, with what they failed with", async () => {
  await using world = await openWorld();
  const run: RunAgents = async ({ question }, _deps, signal) => {
    if (question === "fail") throw new AppError("file_unreadable", "It cannot be read.");
    if (question === "crash once" && failures++ === 0) throw new Error("boom");
    if (question === "wait")
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    return emptyReport();
  };
  let failures = 0;
  await using _worker = await world.start(run, { timing: { retryBaseMs: 1 } });
  for (const question of ["fine", "fail", "crash once"]) await world.untilEnd(await world.submit({ question }));
  const waiting = await world.submit({ question: "wait", priority: "batch" });
  await world.until(waiting, ({ status }) => status === "running");
  expect((await seriesOf(world)).get("pharmadb_jobs_running")).toBe(1);
  await world.database.sql.query("update research set cancel_requested_at = now() where id = $1", [waiting]);
  await world.untilEnd(waiting);
  await expect.poll(async () => (await seriesOf(world)).get("pharmadb_jobs_running")).toBe(0);
  const series = await seriesOf(world);
  const ends = (outcome: string) => series.get(`pharmadb_job_duration_seconds_count{outcome="${outcome}"}`);
  expect([ends("completed"), ends("failed"), ends("retried"), ends("cancelled"), ends("lost")]).toEqual([
    2, 1, 1, 1, 0,
  ]);
  expect(series.get('pharmadb_job_errors_total{code="file_unreadable"}')).toBe(1);
  expect(series.get('pharmadb_job_errors_total{code="internal"}')).toBe(1);
  expect(series.get('pharmadb_job_wait_seconds_count{priority="interactive"}')).toBe(3);
  expect(series.get('pharmadb_job_wait_seconds_count{priority="batch"}')).toBe(1);
  expect(series.get("pharmadb_agent_creation_seconds_count")).toBe(5);
});

test("tools are timed by name, and names that a model invents are all one", async () => {
  await using world = await openWorld();
  await using _worker = await world.start(async (_job, { tools }, signal) => {
    await tools.call("tables_list", "{}", signal);
    for (const name of ["rm_rf", "evil_7"]) await tools.call(name, "{}", signal);
    return emptyReport();
  });
  await world.untilEnd(await world.submit());
  const names = [...(await seriesOf(world)).keys()].filter((name) =>
    name.startsWith("pharmadb_tool_duration_seconds_count"),
  );
  expect(names.sort()).toEqual([
    'pharmadb_tool_duration_seconds_count{tool="tables_list",outcome="ok"}',
    'pharmadb_tool_duration_seconds_count{tool="unknown",outcome="refused"}',
  ]);
});

test("a job that was lost from the queue counts as a repair of the reconciler", async () => {
  await using world = await openWorld();
  const id = await world.create();
  await world.database.sql.query(
    "update research set dispatch = 1, dispatched_at = now() - interval '1 minute' where id = $1",
    [id],
  );
  await using _worker = await world.start(async () => emptyReport());
  await world.untilEnd(id);
  expect((await seriesOf(world)).get('pharmadb_reconciler_repairs_total{kind="lost_entry"}')).toBe(1);
});
