import type { Schedule, ScheduleRun } from "@pharmadb/contracts";
import { type Page, toPage } from "../page.ts";
import type { Row, Sql } from "../sql.ts";
import { toSchedule, toScheduleRun } from "./schedule-row.ts";

type Paging = { limit: number; after?: string | undefined };

/** The tenant's schedule of this id. */
export async function getSchedule(sql: Sql, tenantId: string, id: string): Promise<Schedule | null> {
  const rows = await sql.query("select * from schedules where tenant_id = $1 and id = $2", [tenantId, id]);
  const [schedule] = await withLastRuns(sql, rows);
  return schedule ?? null;
}

/** A page of the tenant's schedules, newest first. */
export async function listSchedules(sql: Sql, tenantId: string, { limit, after }: Paging): Promise<Page<Schedule>> {
  const rows = await sql.query(
    "select * from schedules where tenant_id = $1 and ($3::text is null or id < $3) order by id desc limit $2",
    [tenantId, limit + 1, after ?? null],
  );
  return toPage(await withLastRuns(sql, rows), limit);
}

/** A page of the runs of the tenant's schedule, newest first. */
export async function listScheduleRuns(
  sql: Sql,
  tenantId: string,
  { scheduleId, limit, after }: Paging & { scheduleId: string },
): Promise<Page<ScheduleRun>> {
  const rows = await sql.query(
    `select run.*, research.status from schedule_runs as run left join research on research.id = research_id
     where run.tenant_id = $1 and run.schedule_id = $2 and ($4::text is null or run.id < $4)
     order by run.id desc limit $3`,
    [tenantId, scheduleId, limit + 1, after ?? null],
  );
  return toPage(rows.map(toScheduleRun), limit);
}

/** The schedules in these rows, each with its last run. */
export async function withLastRuns(sql: Sql, rows: readonly Row[]): Promise<Schedule[]> {
  if (rows.length === 0) return [];
  const runs = await sql.query(
    `select run.*, research.status
     from unnest($1::text[]) as wanted (id),
       lateral (select * from schedule_runs where schedule_id = wanted.id order by id desc limit 1) as run
       left join research on research.id = research_id`,
    [rows.map(({ id }) => id)],
  );
  const lastRuns = new Map(runs.map(toScheduleRun).map((run) => [run.schedule_id, run]));
  return rows.map((row) => toSchedule(row, lastRuns.get(String(row.id)) ?? null));
}
