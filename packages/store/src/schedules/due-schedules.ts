import type { Recurrence } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

/** When each schedule that is not paused comes. */
export async function listRecurrences(sql: Sql): Promise<(Recurrence & { id: string; nextAt: Date })[]> {
  return sql.query<Recurrence & { id: string; nextAt: Date }>(
    'select id, cron, timezone, next_run_at as "nextAt" from schedules where next_run_at is not null',
  );
}

/** So many schedules that are due by `now`, those that have been for the longest first. */
export async function listDueSchedules(sql: Sql, { now, limit }: { now: Date; limit: number }): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    "select id from schedules where next_run_at <= $1 order by next_run_at, id limit $2",
    [now, limit],
  );
  return rows.map(({ id }) => id);
}

/** Forgets so many times that passed without a job and were before `before`; gives their number. */
export async function forgetSkippedRuns(sql: Sql, { before, limit }: { before: Date; limit: number }): Promise<number> {
  const rows = await sql.query(
    `delete from schedule_runs where id in (
       select id from schedule_runs where research_id is null and created_at < $1
       order by created_at limit $2 for update skip locked
     ) returning id`,
    [before, limit],
  );
  return rows.length;
}
