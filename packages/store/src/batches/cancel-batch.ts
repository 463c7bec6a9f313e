import { newId } from "@pharmadb/contracts";
import type { Actor } from "../audit/new-audit-entry.ts";
import { writeAudit } from "../audit/write-audit.ts";
import { isDeadlock } from "../database-error.ts";
import type { Sql } from "../sql.ts";
import { tendLockedBatch } from "./tend-batch.ts";

const MAX_TRIES = 10;

export type CancelledBatch =
  /** With the jobs that it has cancelled, and whether some still run that will be. */
  { outcome: "cancelled"; research: string[]; ended: boolean } | { outcome: "terminal" } | { outcome: "missing" };

// Lines of which no job has been made never will be; those that wait to begin end here, those that run are asked to.
const CANCEL_JOBS = `
  with given as (select * from unnest($1::text[], $2::text[]) as given (id, event_id)),
  changed as (
    update research set
      cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
      status = case when status = 'queued' then 'cancelled' else status end,
      finished_at = case when status = 'queued' then clock_timestamp() end,
      event_seq = case when status = 'queued' then event_seq + 1 else event_seq end,
      version = case when status = 'queued' or cancel_requested_at is null then version + 1 else version end
    from given where research.id = given.id
    returning research.*, event_id
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, event_seq, tenant_id, event_id, 'cancelled', 'research.cancelled',
      json_build_object('attempt', attempt), finished_at
    from changed where status = 'cancelled'
  )
  select id from changed`;

/** Cancels a batch: what has not begun ends at once, the workers of what runs are asked to stop. */
export async function requestBatchCancel(sql: Sql, tenantId: string, id: string, by?: Actor): Promise<CancelledBatch> {
  for (let tries = 1; ; tries++) {
    try {
      return await cancelBatch(sql, tenantId, id, by);
    } catch (error) {
      // Workers write to many jobs in one statement, in an order of their own.
      if (!isDeadlock(error) || tries === MAX_TRIES) throw error;
    }
  }
}

function cancelBatch(sql: Sql, tenantId: string, id: string, by: Actor | undefined): Promise<CancelledBatch> {
  return sql.transaction(async (transaction) => {
    const [batch] = await transaction.query<{ finished: boolean }>(
      `select finished_at is not null as finished from batches
       where tenant_id = $1 and id = $2 and status <> 'receiving' for no key update`,
      [tenantId, id],
    );
    if (!batch) return { outcome: "missing" };
    if (batch.finished) return { outcome: "terminal" };
    await transaction.query(
      `update batches set
         cancelled = cancelled + (total - invalid - fed), queued = queued - (total - invalid - fed),
         cancel_requested_at = clock_timestamp(), version = version + 1,
         status = 'running', owner = null, heartbeat_at = null
       where id = $1 and cancel_requested_at is null`,
      [id],
    );
    const jobs = await transaction.query<{ id: string }>(
      "select id from research where batch_id = $1 and status in ('queued', 'running') order by id for no key update",
      [id],
    );
    const ids = jobs.map((job) => job.id);
    if (ids.length > 0) await transaction.query(CANCEL_JOBS, [ids, ids.map(() => newId("evt"))]);
    if (by) {
      await writeAudit(transaction, [{ actor: by, action: "batch.cancelled", target: { type: "batch", id } }]);
    }
    const { ended } = await tendLockedBatch(transaction, id, { waiting: 0 });
    return { outcome: "cancelled", research: ids, ended: ended !== null };
  });
}
