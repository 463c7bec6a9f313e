import { nextTick, type Schedule, type SchedulePatch } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { withLastRuns } from "./get-schedule.ts";
import { toSchedule } from "./schedule-row.ts";
import { holdScheduledFiles } from "./scheduled-files.ts";

/**
 * Changes the tenant's schedule. Other times, and going on after a pause, count from `now`: what was due before and has
 * not run yet does not run any more.
 *
 * @throws AppError `invalid_request` naming a file that is not the tenant's.
 */
export async function updateSchedule(
  sql: Sql,
  tenantId: string,
  id: string,
  patch: SchedulePatch,
  now: Date,
): Promise<Schedule | null> {
  return sql.transaction(async (transaction) => {
    if (patch.research) await holdScheduledFiles(transaction, tenantId, patch.research.file_ids);
    const [row] = await transaction.query("select * from schedules where tenant_id = $1 and id = $2 for update", [
      tenantId,
      id,
    ]);
    if (!row) return null;
    const before = toSchedule(row, null);
    const {
      cron = before.cron,
      timezone = before.timezone,
      research = before.research,
      notify = before.notify,
    } = patch;
    const webhook = patch.webhook === undefined ? before.webhook : patch.webhook;
    const wasPaused = before.paused_at !== null;
    const { paused = wasPaused } = patch;
    const isSameTime = cron === before.cron && timezone === before.timezone && !wasPaused;
    const next = isSameTime ? row.next_run_at : nextTick({ cron, timezone }, now);
    const changed = await transaction.query(
      `update schedules set
         cron = $2, timezone = $3, request = $4::json, file_ids = $5::text[], webhook_url = $6, notify = $7,
         paused_at = case when $8 then coalesce(paused_at, clock_timestamp()) end,
         next_run_at = case when $8 then null else $9::timestamptz end,
         updated_at = clock_timestamp()
       where id = $1 returning *`,
      [
        id,
        cron,
        timezone,
        JSON.stringify(research),
        research.file_ids,
        webhook?.url ?? null,
        notify,
        paused,
        paused ? null : next,
      ],
    );
    const [schedule] = await withLastRuns(transaction, changed);
    return schedule ?? null;
  });
}

/** Erases the tenant's schedule with the list of its runs; their jobs stay. False where there is none. */
export async function deleteSchedule(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const deleted = await sql.query("delete from schedules where tenant_id = $1 and id = $2 returning id", [
    tenantId,
    id,
  ]);
  return deleted.length > 0;
}
