import { NewSchedule, type ReportChanges } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { finishResearch, type ResearchOutcome } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { retryResearch } from "../research/retry-research.ts";
import { deleteSchedule } from "../schedules/change-schedule.ts";
import { createSchedule } from "../schedules/create-schedule.ts";
import { listScheduleRuns } from "../schedules/get-schedule.ts";
import { getReportBefore } from "../schedules/report-before.ts";
import { runSchedule } from "../schedules/run-schedule.ts";
import type { Sql } from "../sql.ts";
import { createEndpoint } from "../webhooks/create-endpoint.ts";
import { listDeliveries } from "../webhooks/list-deliveries.ts";
import { claimAnew, newTenant, report, storedFile } from "./given.ts";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const MINUTE_MS = 60_000;
const FAILED: ResearchOutcome = { status: "failed", error: { code: "timeout", message: "Late.", retryable: true } };

/** A schedule of a new tenant that comes each minute, whose runs end as told, and what is told of them. */
async function given(sql: Sql, notify: "always" | "on_change") {
  const tenantId = newTenant();
  const { endpoint } = await createEndpoint(sql, tenantId, {
    url: "https://hooks.example.com/all",
    events: ["research.completed", "research.failed"],
    description: "",
  });
  const { id: fileId } = await storedFile(sql, tenantId, { storageKey: `${tenantId}/file` });
  const body = {
    cron: "* * * * *",
    research: { question: "How many?", file_ids: [fileId] },
    webhook: { url: "https://hooks.example.com/one" },
    notify,
  };
  const { id } = await createSchedule(sql, tenantId, NewSchedule.parse(body), new Date(NOON));
  let minute = 0;

  async function end(researchId: string, outcome: ResearchOutcome): Promise<void> {
    const claim = await claimAnew(sql, researchId);
    if (claim.outcome !== "claimed") throw new Error("The job could not be claimed.");
    await finishResearch(sql, { id: researchId, attempt: claim.research.attempt, outcome });
  }

  return {
    tenantId,
    id,
    endpoint,
    end,
    async run(outcome: ResearchOutcome): Promise<string> {
      const now = new Date(NOON + ++minute * MINUTE_MS);
      const run = await runSchedule(sql, id, { now, maxQueued: 10, expiresAt: null });
      if (run?.outcome !== "started") throw new Error("It did not run.");
      await end(run.researchId, outcome);
      return run.researchId;
    },
    /** The data of the messages about a job. */
    async told(researchId: string) {
      const { data } = await listDeliveries(sql, tenantId, { researchId, limit: 10 });
      return data.map(({ body: text }) => JSON.parse(text).data);
    },
  };
}

const completed = (changes: ReportChanges | null): ResearchOutcome => ({ status: "completed", report, changes });
const changesFrom = (researchId: string, added: string[]): ReportChanges => ({
  compared_with: researchId,
  changed: added.length > 0,
  added,
  removed: [],
  numbers: [],
});

/** What is written and told of the difference between two runs. */
export function scheduleChangesContract(database: () => Database): void {
  test("a run's changes are written and told with the end of its job", async () => {
    const { sql } = database();
    const { tenantId, id, run, told } = await given(sql, "always");
    const first = await run(completed(null));
    // As the report is: with what the database's JSON functions cannot read.
    const changes = changesFrom(first, ["Two \u0000 subjects died."]);
    const second = await run(completed(changes));
    expect(await told(first)).toMatchObject([
      { schedule_id: id, changes: null },
      { schedule_id: id, changes: null },
    ]);
    expect(await told(second)).toMatchObject([{ changes }, { changes }]);
    const { data } = await listScheduleRuns(sql, tenantId, { scheduleId: id, limit: 5 });
    expect(data.map((each) => [each.research_id, each.outcome, each.changes])).toEqual([
      [second, "completed", changes],
      [first, "completed", null],
    ]);
    const events = await listEvents(sql, tenantId, second, { after: 0, limit: 10 });
    expect(events.at(-1)).toMatchObject({ type: "research.completed", data: { changed: true } });
    // Always means always.
    expect(await told(await run(completed(changesFrom(second, []))))).toHaveLength(2);
  });

  test("where only changes are wanted, a report that says the same is not told, and all else is", async () => {
    const { sql } = database();
    const { run, told, end, tenantId } = await given(sql, "on_change");
    const first = await run(completed(null));
    expect(await told(first)).toHaveLength(2);
    expect(await told(await run(completed(changesFrom(first, []))))).toEqual([]);
    const failed = await run(FAILED);
    expect(await told(failed)).toMatchObject([
      { status: "failed", changes: null },
      { status: "failed", changes: null },
    ]);
    expect(await retryResearch(sql, tenantId, failed)).toBe("queued");
    await end(failed, completed(changesFrom(first, [])));
    expect((await told(failed)).map(({ status }) => status)).toEqual(["failed", "failed"]);
    expect(await told(await run(completed(changesFrom(first, ["One more."]))))).toHaveLength(2);
  });

  test("a report is compared with the last one before it that there is", async () => {
    const { sql } = database();
    const { run, id, tenantId } = await given(sql, "always");
    const first = await run(completed(null));
    expect(await getReportBefore(sql, first)).toBeNull();
    const failed = await run(FAILED);
    const third = await run(completed(null));
    expect(await getReportBefore(sql, failed)).toMatchObject({ researchId: first });
    expect(await getReportBefore(sql, third)).toEqual({ researchId: first, report });
    await sql.query("delete from research where id = $1", [first]);
    expect(await getReportBefore(sql, third)).toBeNull();
    await deleteSchedule(sql, tenantId, id);
    expect(await getReportBefore(sql, third)).toBeNull();
    expect(await getResearch(sql, tenantId, third)).toMatchObject({ schedule_id: null });
  });

  test("an attempt that is superseded writes no changes", async () => {
    const { sql } = database();
    const { run, tenantId, id } = await given(sql, "always");
    const first = await run(completed(null));
    const late = { id: first, attempt: 7, outcome: completed(changesFrom(first, ["Too late."])) };
    await expect(finishResearch(sql, late)).rejects.toMatchObject({ code: "superseded" });
    const { data } = await listScheduleRuns(sql, tenantId, { scheduleId: id, limit: 5 });
    expect(data).toMatchObject([{ changes: null }]);
  });
}
