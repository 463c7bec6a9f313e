import type { Report, ReportChanges } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

/** The last report of the schedule before the run that this job is; null where there is none, and for other jobs. */
export async function getReportBefore(
  sql: Sql,
  researchId: string,
): Promise<{ researchId: string; report: Report } | null> {
  const [row] = await sql.query<{ id: string; report: Report }>(
    `select research.id, research.report
     from schedule_runs as mine
       join schedule_runs as earlier on earlier.schedule_id = mine.schedule_id and earlier.id < mine.id
       join research on research.id = earlier.research_id
     where mine.research_id = $1 and research.status = 'completed'
     order by earlier.id desc limit 1`,
    [researchId],
  );
  return row ? { researchId: row.id, report: row.report } : null;
}

/** Writes down what a run's report says otherwise, for whoever tells of the end of its job in the same transaction. */
export async function noteChanges(transaction: Sql, researchId: string, changes: ReportChanges): Promise<void> {
  await transaction.query("update schedule_runs set changes = $2::json, changed = $3 where research_id = $1", [
    researchId,
    JSON.stringify(changes),
    changes.changed,
  ]);
}
