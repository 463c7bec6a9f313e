import { type EventType, type JsonObject, newId, type Progress } from "@pharmadb/contracts";
import { isUniqueViolation } from "../database-error.ts";
import { superseded } from "../research/superseded.ts";
import type { Sql } from "../sql.ts";

/** An event that a worker writes. Its key makes it unique in the job: a replay that writes it again changes nothing. */
export type StepEvent = { key: string; type: EventType; data: JsonObject; progress?: Progress | undefined };

export type AppendedEvent = {
  /** The job's last sequence number, or that of the event where it had been written before. */
  eventSeq: number;
  fresh: boolean;
};

const APPEND = `
  with changed as (
    update research set
      version = version + 1, event_seq = event_seq + 1, progress = coalesce($7::json, progress)
    where id = $1 and attempt = $2 and status = 'running'
      and not exists (select from research_events where research_id = $1 and key = $4)
    returning id, tenant_id, event_seq, clock_timestamp() as at
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, event_seq, tenant_id, $3, $4, $5, $6::json, at from changed
  )
  select event_seq from changed`;

/**
 * Adds an event to a running job's log.
 *
 * @throws AppError `superseded` where this attempt no longer owns the job.
 */
export async function appendEvent(
  sql: Sql,
  { researchId, attempt, event }: { researchId: string; attempt: number; event: StepEvent },
): Promise<AppendedEvent> {
  const parameters = [
    researchId,
    attempt,
    newId("evt"),
    event.key,
    event.type,
    JSON.stringify(event.data),
    event.progress ? JSON.stringify(event.progress) : null,
  ];
  try {
    const [row] = await sql.query<{ event_seq: number }>(APPEND, parameters);
    if (row) return { eventSeq: row.event_seq, fresh: true };
  } catch (error) {
    // Another writer of the same key was faster.
    if (!isUniqueViolation(error)) throw error;
  }
  const [known] = await sql.query<{ seq: number }>(
    `select seq from research join research_events on research_id = research.id
     where research.id = $1 and attempt = $2 and status = 'running' and key = $3`,
    [researchId, attempt, event.key],
  );
  if (!known) throw superseded(researchId, attempt);
  return { eventSeq: known.seq, fresh: false };
}
