import { AppError, newId, ResearchRequest, type SkipReason } from "@pharmadb/contracts";
import type { Actor } from "../audit/new-audit-entry.ts";
import { countWaiting } from "../research/count-waiting.ts";
import { createResearch } from "../research/create-research.ts";
import type { Sql } from "../sql.ts";

export type RunTerms = {
  /** As many jobs may wait of a tenant. */
  maxQueued: number;
  /** When the job may be erased; null where nothing ever is. */
  expiresAt: Date | null;
};

/** What of a schedule's row makes a job. */
export type ScheduleTerms = { id: string; tenant_id: string; request: object; webhook_url: string | null };

export type MadeJob = { researchId: string; skipped: null } | { researchId: null; skipped: SkipReason };

/** Makes a job of a schedule, whose row the transaction has locked, unless something stands in the way. */
export async function makeJob(
  transaction: Sql,
  { id: scheduleId, tenant_id: tenantId, request, webhook_url }: ScheduleTerms,
  { maxQueued, expiresAt }: RunTerms,
  by: Actor,
): Promise<MadeJob> {
  if (await isUnfinished(transaction, scheduleId)) return { researchId: null, skipped: "previous_unfinished" };
  if ((await countWaiting(transaction, tenantId, maxQueued)) >= maxQueued)
    return { researchId: null, skipped: "queue_full" };
  const body = ResearchRequest.parse({ ...request, ...(webhook_url !== null && { webhook: { url: webhook_url } }) });
  const timeoutSeconds = body.timeout_seconds ?? null;
  const job = { tenantId, id: newId("res"), request: body, timeoutSeconds, expiresAt, idempotency: null, by };
  try {
    const { research } = await createResearch(transaction, job);
    await transaction.query("update research set schedule_id = $2 where id = $1", [research.id, scheduleId]);
    return { researchId: research.id, skipped: null };
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_request")
      return { researchId: null, skipped: "files_missing" };
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
