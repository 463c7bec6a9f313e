import { type BatchCounts, RESEARCH_STATUSES } from "@pharmadb/contracts";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { requestBatchCancel } from "../batches/cancel-batch.ts";
import { getBatch } from "../batches/get-batch.ts";
import { listBatchLines } from "../batches/list-batch-lines.ts";
import { listMovedBatches, tendBatch } from "../batches/tend-batch.ts";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { requeueResearch } from "../research/requeue-research.ts";
import { retryResearch } from "../research/retry-research.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newTenant, report } from "./given.ts";
import { runningBatch } from "./given-batch.ts";

const ERROR = { code: "internal", message: "No.", retryable: false };

async function start(sql: Sql, id: string): Promise<number> {
  const claim = await claimAnew(sql, id);
  if (claim.outcome !== "claimed") throw new Error(`The job could not be claimed: ${claim.outcome}.`);
  return claim.research.attempt;
}

async function run(sql: Sql, id: string, status: "completed" | "failed" | "cancelled" = "completed"): Promise<void> {
  const attempt = await start(sql, id);
  const outcome =
    status === "completed"
      ? { status, report }
      : status === "failed"
        ? { status, error: ERROR }
        : { status: "cancelled" as const };
  await finishResearch(sql, { id, attempt, outcome });
}

/** The counts in one snapshot, and what the rows of its jobs say in the same one. */
async function bothCounts(sql: Sql, tenant: string, id: string): Promise<[BatchCounts, BatchCounts]> {
  return sql.transaction(async (transaction) => {
    await transaction.query("set transaction isolation level repeatable read");
    const batch = await getBatch(transaction, tenant, id);
    if (!batch) throw new Error("The batch is gone.");
    const rows = await transaction.query<{ status: string; n: number }>(
      "select status, count(*)::integer as n from research where batch_id = $1 group by status",
      [id],
    );
    const counted = new Map(rows.map(({ status, n }) => [status, n]));
    const of = (status: string) => counted.get(status) ?? 0;
    const unfed = batch.counts.total - RESEARCH_STATUSES.reduce((sum, status) => sum + of(status), 0);
    const { completed, failed, running, cancelled, queued } = Object.fromEntries(
      RESEARCH_STATUSES.map((status) => [status, of(status)]),
    ) as Record<(typeof RESEARCH_STATUSES)[number], number>;
    const gone = batch.cancel_requested_at !== null;
    const truth = { completed, failed, running, queued: queued + (gone ? 0 : unfed) };
    return [
      batch.counts,
      { total: batch.counts.total, ...truth, cancelled: cancelled + (gone ? unfed : 0), invalid: 0 },
    ];
  });
}

/** Counting, feeding, ending and cancelling. */
export function batchCountsContract(database: () => Database): void {
  test("jobs are made of the lines in their order, some at a time, and each has its first event", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 10, jobs: 4 });
    expect(jobs).toEqual(jobs.toSorted());
    const rows = await sql.query("select custom_id from research where batch_id = $1 order by id", [id]);
    expect(rows.map((row) => row.custom_id)).toEqual(["id-1", "id-2", "id-3", "id-4"]);
    expect(await listEvents(sql, tenant, jobs[0] ?? "", { after: 0, limit: 5 })).toMatchObject([
      { seq: 1, type: "research.queued" },
    ]);
    expect((await tendBatch(sql, id, { waiting: 4 })).fed).toEqual([]);
    await start(sql, jobs[0] ?? "");
    expect((await tendBatch(sql, id, { waiting: 4 })).fed).toEqual([]);
    await start(sql, jobs[1] ?? "");
    // Half of the four wait still.
    expect((await tendBatch(sql, id, { waiting: 4 })).fed).toHaveLength(2);
    expect(await getBatch(sql, tenant, id)).toMatchObject({ counts: { total: 10, queued: 8, running: 2 } });
  });

  test("a batch ends once, with its last job, and says how its jobs did", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 3, jobs: 3 });
    const [first = "", second = "", third = ""] = jobs;
    await run(sql, first);
    await run(sql, second, "failed");
    expect(await tendBatch(sql, id, { waiting: 3 })).toMatchObject({ ended: null, changed: true });
    await run(sql, third, "cancelled");
    const ends = await Promise.all([1, 2, 3].map(() => tendBatch(sql, id, { waiting: 3 })));
    expect(ends.filter(({ ended }) => ended !== null)).toHaveLength(1);
    const batch = await getBatch(sql, tenant, id);
    expect(batch).toMatchObject({ status: "completed", counts: { total: 3, completed: 1, failed: 1, cancelled: 1 } });
    expect(batch?.finished_at).not.toBeNull();
    const states = await listBatchLines(sql, id, { after: 0, limit: 5 });
    expect(states).toMatchObject([
      { line: 1, state: "ended", research: { id: first, status: "completed" } },
      { line: 2, state: "ended", research: { id: second, status: "failed" } },
      { line: 3, state: "ended", research: { id: third, status: "cancelled" } },
    ]);
    expect(await listBatchLines(sql, id, { after: 1, limit: 1 })).toMatchObject([{ line: 2 }]);
  });

  test("the end of a batch is told once, with its counts, however many look after it", async () => {
    const { sql } = database();
    const { id, jobs } = await runningBatch(sql, newTenant(), { lines: 3, jobs: 3 });
    await sql.query("update batches set webhook = $2::json where id = $1", [id, '{"url":"https://example.org/hook"}']);
    const look = () => tendBatch(sql, id, { waiting: 3 });
    await Promise.all(jobs.flatMap((job) => [run(sql, job).then(look), look()]));
    await Promise.all([look(), look(), look()]);
    const told = await sql.query<{ type: string; body: string }>(
      "select type, body from webhook_deliveries where batch_id = $1",
      [id],
    );
    expect(told.map(({ type }) => type)).toEqual(["batch.completed"]);
    expect(JSON.parse(told[0]?.body ?? "")).toMatchObject({
      data: { id, status: "completed", counts: { total: 3, completed: 3, failed: 0, cancelled: 0, invalid: 0 } },
    });
  });

  test("the version grows by one with each change, folded in or not", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 2, jobs: 2 });
    const versions: (number | undefined)[] = [(await getBatch(sql, tenant, id))?.version];
    await start(sql, jobs[0] ?? "");
    versions.push((await getBatch(sql, tenant, id))?.version);
    await tendBatch(sql, id, { waiting: 2 });
    versions.push((await getBatch(sql, tenant, id))?.version);
    await start(sql, jobs[1] ?? "");
    versions.push((await getBatch(sql, tenant, id))?.version);
    expect(versions).toEqual([2, 3, 3, 4]);
  });

  test("cancelling ends what waits at once, asks what runs to stop, and then makes no more jobs", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 10, jobs: 4 });
    const [first = "", second = "", third = ""] = jobs;
    await run(sql, first);
    const attempt = await start(sql, second);
    expect(await requestBatchCancel(sql, newTenant(), id)).toEqual({ outcome: "missing" });
    expect(await requestBatchCancel(sql, tenant, id)).toEqual({
      outcome: "cancelled",
      research: jobs.slice(1),
      ended: false,
    });
    expect(await getBatch(sql, tenant, id)).toMatchObject({
      status: "running",
      counts: { total: 10, queued: 0, running: 1, completed: 1, cancelled: 8 },
    });
    expect(await requestBatchCancel(sql, tenant, id)).toMatchObject({ outcome: "cancelled", research: [second] });
    const asked = await sql.query("select id from research where batch_id = $1 and cancel_requested_at is not null", [
      id,
    ]);
    expect(asked).toHaveLength(3);
    expect(await listEvents(sql, tenant, third, { after: 1, limit: 5 })).toMatchObject([
      { type: "research.cancelled" },
    ]);
    expect((await tendBatch(sql, id, { waiting: 100 })).fed).toEqual([]);
    await finishResearch(sql, { id: second, attempt, outcome: { status: "cancelled" } });
    expect((await tendBatch(sql, id, { waiting: 100 })).ended).toMatchObject({
      status: "cancelled",
      counts: { total: 10, completed: 1, cancelled: 9 },
    });
    expect(await requestBatchCancel(sql, tenant, id)).toEqual({ outcome: "terminal" });
    const states = (await listBatchLines(sql, id, { after: 0, limit: 20 })).map(({ state }) => state);
    expect(states).toEqual([...Array(4).fill("ended"), ...Array(6).fill("never_begun")]);
  });

  test("a job that is deleted before it began counts as cancelled, one deleted afterwards stays counted", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 2, jobs: 2 });
    await run(sql, jobs[0] ?? "");
    await deleteResearch(sql, tenant, jobs[0] ?? "");
    await deleteResearch(sql, tenant, jobs[1] ?? "");
    expect(await listMovedBatches(sql)).toContain(id);
    expect((await tendBatch(sql, id, { waiting: 2 })).ended).toMatchObject({
      status: "completed",
      counts: { completed: 1, cancelled: 1 },
    });
    expect((await listBatchLines(sql, id, { after: 0, limit: 5 })).map(({ state }) => state)).toEqual([
      "nothing",
      "nothing",
    ]);
  });

  test("a failed job that is retried after the end is counted, and ends nothing a second time", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 1, jobs: 1 });
    await run(sql, jobs[0] ?? "", "failed");
    expect((await tendBatch(sql, id, { waiting: 1 })).ended).toMatchObject({ status: "completed" });
    await retryResearch(sql, tenant, jobs[0] ?? "");
    expect(await getBatch(sql, tenant, id)).toMatchObject({ status: "completed", counts: { queued: 1, failed: 0 } });
    await run(sql, jobs[0] ?? "");
    expect(await tendBatch(sql, id, { waiting: 1 })).toMatchObject({ ended: null, changed: true });
    expect(await getBatch(sql, tenant, id)).toMatchObject({ status: "completed", counts: { completed: 1, failed: 0 } });
  });

  test("deleting a batch leaves nothing of it, also where jobs of it wait", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await runningBatch(sql, tenant, { lines: 4, jobs: 2 });
    await start(sql, jobs[0] ?? "");
    await sql.query("delete from batches where id = $1", [id]);
    for (const table of ["batch_items", "batch_moves", "batch_files", "research"]) {
      expect(await sql.query(`select batch_id from ${table} where batch_id = $1`, [id]), table).toEqual([]);
    }
  });

  test("a single job leaves no trace in the counting", async () => {
    const { sql } = database();
    const { id, jobs } = await runningBatch(sql, newTenant(), { lines: 1, jobs: 1 });
    const [before] = await sql.query("select count(*)::integer as n from batch_moves where batch_id is null");
    await run(sql, jobs[0] ?? "");
    const moves = await sql.query("select left_status, entered_status from batch_moves where batch_id = $1", [id]);
    expect(moves).toEqual([
      { left_status: "queued", entered_status: "running" },
      { left_status: "running", entered_status: "completed" },
    ]);
    expect(before).toEqual({ n: 0 });
  });

  test("the counts are exact at every moment while many change jobs at once", { timeout: 120_000 }, async () => {
    const { sql } = database();
    const step = fc.constantFrom("run", "fail", "handBack", "cancel", "delete", "retry");
    const plan = fc.record({
      lanes: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 8, maxLength: 24 }),
      cancelAfter: fc.option(fc.nat(20), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ lanes, cancelAfter }) => {
        const tenant = newTenant();
        const lines = lanes.length + 5;
        const { id, jobs } = await runningBatch(sql, tenant, { lines, jobs: lanes.length });
        let done = 0;
        let deleted = 0;
        let busy = true;
        const steps: Record<string, (job: string) => Promise<unknown>> = {
          run: (job) => run(sql, job),
          fail: (job) => run(sql, job, "failed"),
          handBack: async (job) => {
            const attempt = await start(sql, job);
            const note = { key: `attempt.${attempt}.end`, output: "handed_back" };
            await requeueResearch(sql, { id: job, attempt, error: null, afterMs: 0, note });
          },
          cancel: (job) => requestCancel(sql, tenant, job),
          delete: async (job) => {
            if ((await deleteResearch(sql, tenant, job)) === "deleted") deleted++;
          },
          retry: (job) => retryResearch(sql, tenant, job),
        };
        const lane = async (job: string, names: string[]) => {
          for (const name of names) {
            // A step that another one has made impossible changes nothing.
            await steps[name]?.(job).catch(() => undefined);
            if (++done === cancelAfter) await requestBatchCancel(sql, tenant, id);
          }
        };
        const tender = async () => {
          while (busy) await tendBatch(sql, id, { waiting: 4 });
        };
        const reader = async () => {
          while (busy) {
            const [counts, truth] = await bothCounts(sql, tenant, id);
            const { total, ...states } = counts;
            expect(Object.values(states).reduce((sum, n) => sum + n)).toBe(total);
            // Deleted jobs are known to the counts alone.
            if (deleted === 0 && !lanes.flat().includes("delete")) expect(counts).toEqual(truth);
          }
        };
        const working = Promise.all(jobs.map((job, index) => lane(job, lanes[index] ?? [])));
        const others = [tender(), tender(), reader()];
        await working.finally(() => {
          busy = false;
        });
        await Promise.all(others);
        // To the end of the batch and of what was retried after it: nothing is lost or counted twice.
        for (;;) {
          await tendBatch(sql, id, { waiting: 4 });
          const open = await sql.query<{ id: string }>(
            "select id from research where batch_id = $1 and status in ('queued', 'running')",
            [id],
          );
          if (open.length === 0 && (await getBatch(sql, tenant, id))?.finished_at) break;
          for (const job of open) {
            const claim = await claimAnew(sql, job.id);
            if (claim.outcome !== "claimed") continue;
            const { attempt } = claim.research;
            await finishResearch(sql, { id: job.id, attempt, outcome: { status: "completed", report } });
          }
        }
        const batch = await getBatch(sql, tenant, id);
        expect(batch?.counts).toMatchObject({ total: lines, queued: 0, running: 0, invalid: 0 });
        expect(await sql.query("select batch_id from batch_moves where batch_id = $1", [id])).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
}
