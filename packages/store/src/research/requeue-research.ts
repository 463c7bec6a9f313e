import type { JsonValue, ResearchError } from "@pharmadb/contracts";
import { shareCost } from "../dispatch/share-cost.ts";
import type { Sql } from "../sql.ts";
import { superseded } from "./superseded.ts";

const REQUEUE = `
  with changed as (
    update research set
      status = 'queued',
      dispatched_at = null,
      ready_at = case
        when $4::float8 > 0 and cancel_requested_at is null then clock_timestamp() + $4::float8 * interval '1 millisecond'
        else ready_at
      end,
      last_error = $3::json,
      version = version + 1
    where id = $1 and attempt = $2 and status = 'running'
    returning *
  ),
  note as (
    insert into journal_steps (research_id, key, tenant_id, attempt, output)
    select id, $5, tenant_id, attempt, $6::json from changed
  ),
  charge as (
    insert into share_charges (tenant_id, cost) select tenant_id, ${shareCost("changed", "clock_timestamp()")} from changed
  )
  select id from changed`;

/** What an attempt leaves in the job's journal about its end. */
export type EndNote = { key: string; output: JsonValue };

/**
 * Gives a running job back to the backlog for another attempt, not before `afterMs`, with its journal and a note in it
 * on how this attempt ended; the next claim's event tells why. One that is to be cancelled waits for nothing: the next
 * claim ends it. Asking again before that changes nothing.
 *
 * @throws AppError `superseded` where this attempt no longer owns it.
 */
export async function requeueResearch(
  sql: Sql,
  {
    id,
    attempt,
    error,
    afterMs,
    note,
  }: { id: string; attempt: number; error: ResearchError | null; afterMs: number; note: EndNote },
): Promise<void> {
  const changed = await sql.query(REQUEUE, [
    id,
    attempt,
    error && JSON.stringify(error),
    afterMs,
    note.key,
    JSON.stringify(note.output),
  ]);
  if (changed.length > 0) return;
  const requeued = await sql.query(
    `select from research join journal_steps on research_id = research.id and key = $3
     where research.id = $1 and research.attempt = $2 and status = 'queued'`,
    [id, attempt, note.key],
  );
  if (requeued.length === 0) throw superseded(id, attempt);
}
