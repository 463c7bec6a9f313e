import { NewSchedule, newId, type Schedule } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { deleteFile } from "../files/delete-file.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { listOldFiles } from "../retention/expire-files.ts";
import { deleteSchedule, updateSchedule } from "../schedules/change-schedule.ts";
import { createSchedule } from "../schedules/create-schedule.ts";
import { forgetSkippedRuns, listDueSchedules, listRecurrences } from "../schedules/due-schedules.ts";
import { getSchedule, listScheduleRuns, listSchedules } from "../schedules/get-schedule.ts";
import { runSchedule, runScheduleNow } from "../schedules/run-schedule.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newTenant, report, storedFile } from "./given.ts";

const NOON = new Date("2026-03-01T12:00:00Z");
const at = (time: string) => new Date(`2026-03-01T${time}Z`);

/** A schedule of the tenant that comes each minute from noon on, with its file. */
async function minutely(sql: Sql, tenantId: string, fields: object = {}): Promise<Schedule> {
  const { id } = await storedFile(sql, tenantId, { storageKey: `${tenantId}/file` });
  const body = { cron: "* * * * *", research: { question: "How many?", file_ids: [id] }, ...fields };
  return createSchedule(sql, tenantId, NewSchedule.parse(body), NOON);
}

const terms = (now: Date, maxQueued = 10) => ({ now, maxQueued, expiresAt: null });
const fileOf = ({ research }: Schedule) => research.file_ids[0] ?? "";

/** Runs the schedule and ends its job. */
async function runToEnd(sql: Sql, id: string, now: Date): Promise<string> {
  const run = await runSchedule(sql, id, terms(now));
  if (run?.outcome !== "started") throw new Error("It did not run.");
  const claim = await claimAnew(sql, run.researchId);
  if (claim.outcome !== "claimed") throw new Error("The job could not be claimed.");
  const { attempt } = claim.research;
  await finishResearch(sql, { id: run.researchId, attempt, outcome: { status: "completed", report } });
  return run.researchId;
}

/** How schedules are kept, come due and make jobs. */
export function scheduleContract(database: () => Database): void {
  test("a time that has come makes one job, whoever asks and however often, and the next time is put on", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const schedule = await minutely(sql, tenant, { webhook: { url: "https://hooks.example.com/in" } });
    expect(schedule).toMatchObject({ next_run_at: "2026-03-01T12:01:00.000Z", last_run: null });
    expect(await runSchedule(sql, schedule.id, terms(at("12:00:59.999")))).toBeNull();
    const now = at("12:01:00.250");
    const runs = await Promise.all(Array.from({ length: 8 }, () => runSchedule(sql, schedule.id, terms(now))));
    const [run] = runs.filter((each) => each !== null);
    expect(runs.filter((each) => each !== null)).toEqual([
      { outcome: "started", tenantId: tenant, researchId: expect.any(String), dueAt: at("12:01:00") },
    ]);
    const researchId = run?.outcome === "started" ? run.researchId : "";
    const job = await getResearch(sql, tenant, researchId);
    expect(job).toMatchObject({ status: "queued", question: "How many?", request: { webhook: schedule.webhook } });
    const [row] = await sql.query("select schedule_id, webhook_url from research where id = $1", [researchId]);
    expect(row).toEqual({ schedule_id: schedule.id, webhook_url: "https://hooks.example.com/in" });
    const [told] = await sql.query("select actor_kind, actor_id, action from audit_log where target_id = $1", [
      researchId,
    ]);
    expect(told).toEqual({ actor_kind: "system", actor_id: schedule.id, action: "research.submitted" });
    expect(await getSchedule(sql, tenant, schedule.id)).toMatchObject({
      next_run_at: "2026-03-01T12:02:00.000Z",
      last_run: { due_at: "2026-03-01T12:01:00.000Z", outcome: "queued", research_id: researchId, reason: null },
    });
  });

  test("a process that ends in the middle leaves the schedule due, and no job", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await minutely(sql, tenant);
    const now = at("12:01:00");
    const killed = sql.transaction(async (transaction) => {
      expect(await runSchedule(transaction, id, terms(now))).toMatchObject({ outcome: "started" });
      throw new Error("killed");
    });
    await expect(killed).rejects.toThrow("killed");
    expect(await getSchedule(sql, tenant, id)).toMatchObject({
      next_run_at: "2026-03-01T12:01:00.000Z",
      last_run: null,
    });
    expect(await sql.query("select from research where tenant_id = $1", [tenant])).toEqual([]);
    expect(await runSchedule(sql, id, terms(now))).toMatchObject({ outcome: "started" });
  });

  test("of many times that were missed the last one is made up for", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await minutely(sql, tenant);
    await runSchedule(sql, id, terms(at("15:30:30")));
    const { data } = await listScheduleRuns(sql, tenant, { scheduleId: id, limit: 10 });
    expect(data.map(({ due_at }) => due_at)).toEqual(["2026-03-01T15:30:00.000Z"]);
    expect(await getSchedule(sql, tenant, id)).toMatchObject({ next_run_at: "2026-03-01T15:31:00.000Z" });
  });

  test("a time is skipped, and the reason written down, while the job before runs or too many jobs wait", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await minutely(sql, tenant);
    const first = await runSchedule(sql, id, terms(at("12:01:00")));
    expect(await runSchedule(sql, id, terms(at("12:02:00")))).toMatchObject({ reason: "previous_unfinished" });
    await requestCancel(sql, tenant, first?.outcome === "started" ? first.researchId : "");
    expect(await runSchedule(sql, id, terms(at("12:03:00"), 0))).toMatchObject({ reason: "queue_full" });
    expect(await runSchedule(sql, id, terms(at("12:04:00")))).toMatchObject({ outcome: "started" });
    const page = await listScheduleRuns(sql, tenant, { scheduleId: id, limit: 3 });
    expect(page.data.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["queued", null],
      ["skipped", "queue_full"],
      ["skipped", "previous_unfinished"],
    ]);
    const rest = await listScheduleRuns(sql, tenant, { scheduleId: id, limit: 3, after: page.nextCursor ?? "" });
    expect(rest.data).toMatchObject([{ outcome: "cancelled" }]);
    expect(rest.nextCursor).toBeNull();
    expect(await forgetSkippedRuns(sql, { before: new Date("2026-01-01"), limit: 100 })).toBe(0);
    const later = new Date(Date.now() + 60_000);
    expect(await forgetSkippedRuns(sql, { before: later, limit: 1 })).toBe(1);
  });

  test("a schedule runs when it is asked to, also while it is paused, and its times stay as they are", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const schedule = await minutely(sql, tenant);
    const by = { kind: "local", id: "local", tenantId: tenant, requestId: null, clientAddress: null } as const;
    const ask = (now: Date, maxQueued = 10) =>
      runScheduleNow(sql, tenant, schedule.id, { ...terms(now, maxQueued), by });
    expect(await runScheduleNow(sql, newTenant(), schedule.id, { ...terms(NOON), by })).toBeNull();
    const run = await ask(at("12:00:30.500"));
    expect(await ask(NOON)).toEqual({ skipped: "previous_unfinished" });
    const researchId = run && "researchId" in run ? run.researchId : "";
    await requestCancel(sql, tenant, researchId);
    expect(await ask(NOON, 0)).toEqual({ skipped: "queue_full" });
    const { data } = await listScheduleRuns(sql, tenant, { scheduleId: schedule.id, limit: 5 });
    expect(data).toMatchObject([{ due_at: "2026-03-01T12:00:30.500Z", research_id: researchId, outcome: "cancelled" }]);
    const [told] = await sql.query("select actor_kind from audit_log where target_id = $1", [researchId]);
    expect(told).toEqual({ actor_kind: "local" });
    expect(await getSchedule(sql, tenant, schedule.id)).toMatchObject({ next_run_at: schedule.next_run_at });
    await updateSchedule(sql, tenant, schedule.id, { paused: true }, NOON);
    expect(await ask(NOON)).toEqual({ researchId: expect.any(String) });
    await sql.query("delete from research where tenant_id = $1", [tenant]);
    await sql.query("delete from files where id = $1", [fileOf(schedule)]);
    expect(await ask(NOON)).toEqual({ skipped: "files_missing" });
  });

  test("a pause ends what is due, and going on counts from then", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await minutely(sql, tenant);
    const paused = await updateSchedule(sql, tenant, id, { paused: true }, NOON);
    expect(paused).toMatchObject({ paused_at: expect.any(String), next_run_at: null });
    expect(await updateSchedule(sql, tenant, id, { paused: true, notify: "on_change" }, NOON)).toEqual({
      ...paused,
      notify: "on_change",
      updated_at: expect.any(String),
    });
    expect(await runSchedule(sql, id, terms(at("13:00:00")))).toBeNull();
    expect((await listRecurrences(sql)).map((each) => each.id)).not.toContain(id);
    expect(await updateSchedule(sql, tenant, id, { paused: false }, at("14:00:00"))).toMatchObject({
      paused_at: null,
      next_run_at: "2026-03-01T14:01:00.000Z",
    });
  });

  test("other times count from the change, and other fields leave the next time as it is", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, next_run_at, research } = await minutely(sql, tenant, {
      webhook: { url: "https://hooks.example.com/in" },
    });
    const later = at("18:00:00");
    expect(
      await updateSchedule(sql, tenant, id, { research: { ...research, question: "Why?" }, webhook: null }, later),
    ).toMatchObject({ next_run_at, research: { question: "Why?" }, webhook: null });
    expect(await updateSchedule(sql, tenant, id, { timezone: "Asia/Kolkata", cron: "0 6 * * *" }, later)).toMatchObject(
      {
        next_run_at: "2026-03-02T00:30:00.000Z",
      },
    );
    expect(await updateSchedule(sql, newTenant(), id, { paused: true }, later)).toBeNull();
  });

  test("a file that a schedule names stays, and one that is not the tenant's is named to it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const schedule = await minutely(sql, tenant);
    expect(await deleteFile(sql, tenant, fileOf(schedule))).toEqual({ outcome: "in_use" });
    const before = new Date(Date.now() + 60_000);
    await sql.query("update files set created_at = '2026-01-01' where id = $1", [fileOf(schedule)]);
    const old = await listOldFiles(sql, { before, after: "", limit: 10_000 });
    expect(old.find(({ id }) => id === fileOf(schedule))).toMatchObject({ isNamed: true });
    const strange = { ...schedule.research, file_ids: [fileOf(schedule), newId("file")] };
    const errors = [{ path: "research.file_ids.1", message: "There is no such file." }];
    await expect(updateSchedule(sql, tenant, schedule.id, { research: strange }, NOON)).rejects.toMatchObject({
      code: "invalid_request",
      errors,
    });
    await expect(minutely(sql, newTenant(), { research: schedule.research })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(await deleteSchedule(sql, tenant, schedule.id)).toBe(true);
    expect(await deleteFile(sql, tenant, fileOf(schedule))).toMatchObject({ outcome: "deleted" });
  });

  test("a file that is gone all the same is the reason why a time was skipped", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const schedule = await minutely(sql, tenant);
    await sql.query("delete from files where id = $1", [fileOf(schedule)]);
    expect(await runSchedule(sql, schedule.id, terms(at("12:01:00")))).toMatchObject({ reason: "files_missing" });
  });

  test("schedules and runs are their tenant's, in pages, and a deleted one leaves its jobs", async () => {
    const { sql } = database();
    const [tenant, other] = [newTenant(), newTenant()];
    const [first, second] = [await minutely(sql, tenant), await minutely(sql, tenant)];
    const page = await listSchedules(sql, tenant, { limit: 1 });
    expect([page.data.map(({ id }) => id), page.nextCursor]).toEqual([[second.id], second.id]);
    const rest = await listSchedules(sql, tenant, { limit: 1, after: second.id });
    expect([rest.data.map(({ id }) => id), rest.nextCursor]).toEqual([[first.id], null]);
    expect((await listSchedules(sql, other, { limit: 5 })).data).toEqual([]);
    expect(await getSchedule(sql, other, first.id)).toBeNull();
    const kept = await runToEnd(sql, first.id, at("12:01:00"));
    expect((await listScheduleRuns(sql, other, { scheduleId: first.id, limit: 5 })).data).toEqual([]);
    expect(await deleteSchedule(sql, other, first.id)).toBe(false);
    expect(await deleteSchedule(sql, tenant, first.id)).toBe(true);
    expect(await getResearch(sql, tenant, kept)).toMatchObject({ status: "completed" });
    expect(await runSchedule(sql, first.id, terms(at("13:00:00")))).toBeNull();
  });

  test("a run goes with its job", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await minutely(sql, tenant);
    const job = await runToEnd(sql, id, at("12:01:00"));
    await deleteResearch(sql, tenant, job);
    expect(await getSchedule(sql, tenant, id)).toMatchObject({ last_run: null });
  });

  test("those are due first that have been for the longest, and a tenant may have a hundred", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [late, early] = [await minutely(sql, tenant), await minutely(sql, tenant)];
    await sql.query("update schedules set next_run_at = '1999-12-31' where id = $1", [early.id]);
    await sql.query("update schedules set next_run_at = '2000-01-01' where id = $1", [late.id]);
    expect(await listDueSchedules(sql, { now: new Date("2000-01-01"), limit: 2 })).toEqual([early.id, late.id]);
    expect(await listDueSchedules(sql, { now: new Date("1999-12-31"), limit: 2 })).toEqual([early.id]);
    await sql.query("update schedules set next_run_at = '2999-01-01' where tenant_id = $1", [tenant]);
    const body = NewSchedule.parse({ cron: "0 6 * * *", research: late.research });
    for (let count = 2; count < 100; count++) await createSchedule(sql, tenant, body, NOON);
    await expect(createSchedule(sql, tenant, body, NOON)).rejects.toMatchObject({ code: "conflict" });
  });
}
