import { createHash } from "node:crypto";
import type { JsonObject, Progress, Report, ReportChanges, ResearchError } from "@pharmadb/contracts";
import { newId } from "@pharmadb/contracts";
import { shareCost } from "../dispatch/share-cost.ts";
import { noteChanges } from "../schedules/report-before.ts";
import type { Sql } from "../sql.ts";
import { noteEnd } from "./note-end.ts";
import type { EndNote } from "./requeue-research.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";
import { superseded } from "./superseded.ts";

export type ResearchOutcome =
  | {
      status: "completed";
      report: Report;
      /** What the report of a schedule's run says otherwise than the one before, where there is one. */
      changes?: ReportChanges | null;
    }
  | { status: "failed"; error: ResearchError }
  | { status: "cancelled" };

type ResearchEnd = { id: string; attempt: number; outcome: ResearchOutcome; note?: EndNote };

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
  ),
  note as (
    insert into journal_steps (research_id, key, tenant_id, attempt, output)
    select id, $9, tenant_id, attempt, $10::json from changed where $9::text is not null
  ),
  told as (${noteEnd("changed", "$11", "$12::json")}),
  charge as (
    insert into share_charges (tenant_id, cost) select tenant_id, ${shareCost("changed", "finished_at")} from changed
  )
  select * from changed`;

const DONE: Progress = { phase: "verify", percent: 100, message: "Completed" };

/**
 * Ends a running job: its state, what it gave, the event and the entry in the audit trail that tell of it, a note in its
 * journal where one is given, and what it cost its tenant's share, all or nothing. Asking again for the same end changes nothing.
 *
 * @throws AppError `superseded` where a newer attempt runs, or the job has ended otherwise.
 */
export async function finishResearch(sql: Sql, end: ResearchEnd): Promise<ResearchRecord> {
  const { id, outcome } = end;
  const changes = outcome.status === "completed" ? outcome.changes : null;
  if (!changes) return finish(sql, end);
  return sql.transaction(async (transaction) => {
    // First the job and then its run, as those do who delete a schedule or a job.
    await transaction.query("select from research where id = $1 for no key update", [id]);
    await noteChanges(transaction, id, changes);
    return finish(transaction, end);
  });
}

async function finish(sql: Sql, { id, attempt, outcome, note }: ResearchEnd): Promise<ResearchRecord> {
  const report = outcome.status === "completed" ? JSON.stringify(outcome.report) : null;
  const parameters = [
    id,
    attempt,
    outcome.status,
    report,
    outcome.status === "failed" ? JSON.stringify(outcome.error) : null,
    outcome.status === "completed" ? JSON.stringify(DONE) : null,
    newId("evt"),
    JSON.stringify({ attempt, ...eventData(outcome) }),
    note?.key ?? null,
    note ? JSON.stringify(note.output) : null,
    newId("aud"),
    JSON.stringify({ attempt, ...auditDetails(outcome, report) }),
  ];
  const [row] = await sql.query(FINISH, parameters, { prepared: "finish_research" });
  if (row) return toResearchRecord(row);
  const [ended] = await sql.query("select * from research where id = $1 and attempt = $2 and status = $3", [
    id,
    attempt,
    outcome.status,
  ]);
  if (!ended) throw superseded(id, attempt);
  return toResearchRecord(ended);
}

/** The hash is that of the report as it is stored, and as the API gives it as JSON. */
function auditDetails(outcome: ResearchOutcome, report: string | null): JsonObject {
  if (report !== null) return { report_sha256: createHash("sha256").update(report).digest("hex") };
  return outcome.status === "failed" ? { code: outcome.error.code } : {};
}

function eventData(outcome: ResearchOutcome): JsonObject {
  if (outcome.status === "completed") {
    const { report, changes } = outcome;
    return { title: report.title, findings: report.findings.length, ...(changes && { changed: changes.changed }) };
  }
  return outcome.status === "failed" ? { error: outcome.error } : {};
}
