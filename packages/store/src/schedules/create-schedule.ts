import { AppError, type NewSchedule, newId, nextTick, type Schedule } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toSchedule } from "./schedule-row.ts";
import { holdScheduledFiles } from "./scheduled-files.ts";

const MAX_SCHEDULES = 100;

/**
 * Writes a new schedule; it comes first at its next time after `now`.
 *
 * @throws AppError `invalid_request` naming a file that is not the tenant's, `conflict` where the tenant has as many
 * schedules as it may have.
 */
export async function createSchedule(
  sql: Sql,
  tenantId: string,
  { cron, timezone, research, webhook, notify }: NewSchedule,
  now: Date,
): Promise<Schedule> {
  return sql.transaction(async (transaction) => {
    await holdScheduledFiles(transaction, tenantId, research.file_ids);
    const [row] = await transaction.query(
      `insert into schedules (id, tenant_id, cron, timezone, request, file_ids, webhook_url, notify, next_run_at)
       select $1, $2, $3, $4, $5::json, $6::text[], $7, $8, $9
       where (select count(*) from schedules where tenant_id = $2) < $10
       returning *`,
      [
        newId("sch"),
        tenantId,
        cron,
        timezone,
        JSON.stringify(research),
        research.file_ids,
        webhook?.url ?? null,
        notify,
        nextTick({ cron, timezone }, now),
        MAX_SCHEDULES,
      ],
    );
    if (!row) throw new AppError("conflict", `There are ${MAX_SCHEDULES} schedules, which is all there may be.`);
    return toSchedule(row, null);
  });
}
