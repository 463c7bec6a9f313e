import { lastTick, nextTick, type SkipReason } from "@pharmadb/contracts";
import type { Actor } from "../audit/new-audit-entry.ts";
import type { Sql } from "../sql.ts";
import { makeJob, type RunTerms, type ScheduleTerms } from "./make-job.ts";
import { writeRun } from "./write-run.ts";

export type StartedRun =
  | { outcome: "started"; tenantId: string; researchId: string; dueAt: Date }
  | { outcome: "skipped"; tenantId: string; reason: SkipReason; dueAt: Date };

type DueRow = ScheduleTerms & { cron: string; timezone: string; next_run_at: Date };

/**
 * Runs a schedule that is due, or writes down why not, and puts its next time on, all or nothing; null where it is not
 * due, for whoever took it first has put it on. Of several times that have passed the last one counts.
 */
export async function runSchedule(sql: Sql, id: string, terms: RunTerms & { now: Date }): Promise<StartedRun | null> {
  return sql.transaction(async (transaction) => {
    const [due] = await transaction.query<DueRow>(
      `select id, tenant_id, request, webhook_url, cron, timezone, next_run_at from schedules
       where id = $1 and next_run_at <= $2 for update`,
      [id, terms.now],
    );
    if (!due) return null;
    const dueAt = lastTick(due, { due: due.next_run_at, now: terms.now });
    const tenantId = due.tenant_id;
    const by: Actor = { kind: "system", id, tenantId, requestId: null, clientAddress: null };
    const made = await makeJob(transaction, due, terms, by);
    await writeRun(transaction, { scheduleId: id, tenantId, dueAt, ...made });
    await transaction.query("update schedules set next_run_at = $2 where id = $1", [id, nextTick(due, terms.now)]);
    if (made.researchId !== null) return { outcome: "started", tenantId, dueAt, researchId: made.researchId };
    return { outcome: "skipped", tenantId, dueAt, reason: made.skipped };
  });
}

/**
 * Runs the tenant's schedule now, also one that is paused, and changes nothing about its times. Null where there is none;
 * what stands in the way of a job is given back and not written down.
 */
export async function runScheduleNow(
  sql: Sql,
  tenantId: string,
  id: string,
  terms: RunTerms & { now: Date; by: Actor },
): Promise<{ researchId: string } | { skipped: SkipReason } | null> {
  return sql.transaction(async (transaction) => {
    const [schedule] = await transaction.query<ScheduleTerms>(
      "select id, tenant_id, request, webhook_url from schedules where tenant_id = $1 and id = $2 for update",
      [tenantId, id],
    );
    if (!schedule) return null;
    const made = await makeJob(transaction, schedule, terms, terms.by);
    if (made.researchId === null) return { skipped: made.skipped };
    await writeRun(transaction, { scheduleId: id, tenantId, dueAt: terms.now, ...made });
    return { researchId: made.researchId };
  });
}
