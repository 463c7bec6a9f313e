import { compareReports, type Report, type ReportChanges } from "@pharmadb/contracts";
import { getReportBefore, type ResearchRecord, type Sql } from "@pharmadb/store";

/** What the report of a schedule's run says otherwise than the one before; null where there is none to compare with. */
export async function changesOf(
  sql: Sql,
  { id, schedule_id }: Pick<ResearchRecord, "id" | "schedule_id">,
  report: Report,
): Promise<ReportChanges | null> {
  if (schedule_id === null) return null;
  const before = await getReportBefore(sql, id);
  return before && compareReports(before, report);
}
