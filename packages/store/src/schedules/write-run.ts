import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import type { MadeJob } from "./make-job.ts";

/** Writes down what came of a time of a schedule. */
export async function writeRun(
  sql: Sql,
  { scheduleId, tenantId, dueAt, researchId, skipped }: MadeJob & { scheduleId: string; tenantId: string; dueAt: Date },
): Promise<void> {
  await sql.query(
    "insert into schedule_runs (id, schedule_id, tenant_id, due_at, research_id, skipped) values ($1, $2, $3, $4, $5, $6)",
    [newId("run"), scheduleId, tenantId, dueAt, researchId, skipped],
  );
}
