import { AppError, lastTick, newId, nextTick, ResearchRequest, type SkipReason } from "@pharmadb/contracts";
import type { Actor } from "../audit/new-audit-entry.ts";
import { countWaiting } from "../research/count-waiting.ts";
import { createResearch } from "../research/create-research.ts";
import type { Sql } from "../sql.ts";

export type StartedRun =
  | { outcome: "started"; tenantId: string; researchId: string; dueAt: Date }
  | { outcome: "skipped"; tenantId: string; reason: SkipReason; dueAt: Date };

type RunTerms = {
  now: Date;
  /** As many jobs may wait of a tenant. */
  maxQueued: number;
  /** When the job may be erased; null where nothing ever is. */
  expiresAt: Date | null;
};

type DueRow = {
  tenant_id: string;
  cron: string;
  timezone: string;
  request: object;
  webhook_url: string | null;
  next_run_at: Date;
};

/**
 * Runs a schedule that is due, or writes down why not, and puts its next time on, all or nothing; null where it is not
 * due, for whoever took it first has put it on. Of several times that have passed the last one counts.
 */
export async function runSchedule(sql: Sql, id: string, terms: RunTerms): Promise<StartedRun | null> {
  return sql.transaction(async (transaction) => {
    const [due] = await transaction.query<DueRow>(
      `select tenant_id, cron, timezone, request, webhook_url, next_run_at from schedules
       where id = $1 and next_run_at <= $2 for update`,
      [id, terms.now],
    );
    if (!due) return null;
    const dueAt = lastTick(due, { due: due.next_run_at, now: terms.now });
    const made = await makeJob(transaction, id, due, terms);
    const isMade = "researchId" in made;
    await transaction.query(
      `with run as (
         insert into schedule_runs (id, schedule_id, tenant_id, due_at, research_id, skipped)
         values ($1, $2, $3, $4, $5, $6)
       )
       update schedules set next_run_at = $7 where id = $2`,
      [
        newId("run"),
        id,
        due.tenant_id,
        dueAt,
        isMade ? made.researchId : null,
        isMade ? null : made.reason,
        nextTick(due, terms.now),
      ],
    );
    const common = { tenantId: due.tenant_id, dueAt };
    return isMade ? { outcome: "started", ...common, ...made } : { outcome: "skipped", ...common, ...made };
  });
}

async function makeJob(
  transaction: Sql,
  scheduleId: string,
  { tenant_id: tenantId, request, webhook_url }: DueRow,
  { maxQueued, expiresAt }: RunTerms,
): Promise<{ researchId: string } | { reason: SkipReason }> {
  if (await isUnfinished(transaction, scheduleId)) return { reason: "previous_unfinished" };
  if ((await countWaiting(transaction, tenantId, maxQueued)) >= maxQueued) return { reason: "queue_full" };
  const body = ResearchRequest.parse({ ...request, ...(webhook_url !== null && { webhook: { url: webhook_url } }) });
  const by: Actor = { kind: "system", id: scheduleId, tenantId, requestId: null, clientAddress: null };
  try {
    const { research } = await createResearch(transaction, {
      tenantId,
      id: newId("res"),
      request: body,
      timeoutSeconds: body.timeout_seconds ?? null,
      expiresAt,
      idempotency: null,
      by,
    });
    await transaction.query("update research set schedule_id = $2 where id = $1", [research.id, scheduleId]);
    return { researchId: research.id };
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_request") return { reason: "files_missing" };
    throw error;
  }
}

async function isUnfinished(transaction: Sql, scheduleId: string): Promise<boolean> {
  const rows = await transaction.query(
    "select from research where schedule_id = $1 and status in ('queued', 'running') limit 1",
    [scheduleId],
  );
  return rows.length > 0;
}
