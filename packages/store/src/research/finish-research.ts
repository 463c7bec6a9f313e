import type { JsonObject, Progress, Report, ResearchError } from "@pharmadb/contracts";
import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";
import { superseded } from "./superseded.ts";

export type ResearchOutcome =
  | { status: "completed"; report: Report }
  | { status: "failed"; error: ResearchError }
  | { status: "cancelled" };

const FINISH = `
  with changed as (
    update research set
      status = $3,
      report = $4::json,
      error = $5::json,
      last_error = null,
      progress = coalesce($6::json, progress),
      version = version + 1,
      event_seq = event_seq + 1,
      finished_at = clock_timestamp()
    where id = $1 and attempt = $2 and status = 'running'
    returning *
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, event_seq, tenant_id, $7, 'finished.' || attempt, 'research.' || status, $8::json, finished_at
    from changed
  )
  select * from changed`;

const DONE: Progress = { phase: "verify", percent: 100, message: "Completed" };

/**
 * Ends a running job: its state, what it gave and the event that tells of it, all or nothing. Asking again for the
 * same end changes nothing.
 *
 * @throws AppError `superseded` where a newer attempt runs, or the job has ended otherwise.
 */
export async function finishResearch(
  sql: Sql,
  { id, attempt, outcome }: { id: string; attempt: number; outcome: ResearchOutcome },
): Promise<ResearchRecord> {
  const [row] = await sql.query(FINISH, [
    id,
    attempt,
    outcome.status,
    outcome.status === "completed" ? JSON.stringify(outcome.report) : null,
    outcome.status === "failed" ? JSON.stringify(outcome.error) : null,
    outcome.status === "completed" ? JSON.stringify(DONE) : null,
    newId("evt"),
    JSON.stringify({ attempt, ...eventData(outcome) }),
  ]);
  if (row) return toResearchRecord(row);
  const [ended] = await sql.query("select * from research where id = $1 and attempt = $2 and status = $3", [
    id,
    attempt,
    outcome.status,
  ]);
  if (!ended) throw superseded(id, attempt);
  return toResearchRecord(ended);
}

function eventData(outcome: ResearchOutcome): JsonObject {
  if (outcome.status === "completed") {
    const { title, findings } = outcome.report;
    return { title, findings: findings.length };
  }
  return outcome.status === "failed" ? { error: outcome.error } : {};
}
