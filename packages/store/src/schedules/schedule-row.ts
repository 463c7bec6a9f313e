import {
  NOTIFY,
  RESEARCH_STATUSES,
  type ReportChanges,
  type Schedule,
  type ScheduleRun,
  SKIP_REASONS,
} from "@pharmadb/contracts";
import { z } from "zod";

const Time = z.date().transform((time) => time.toISOString());

const ScheduleRow = z.object({
  id: z.string(),
  cron: z.string(),
  timezone: z.string(),
  request: z.custom<Schedule["research"]>(),
  webhook_url: z.string().nullable(),
  notify: z.enum(NOTIFY),
  paused_at: Time.nullable(),
  next_run_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
});

const RunRow = z.object({
  id: z.string(),
  schedule_id: z.string(),
  due_at: Time,
  created_at: Time,
  status: z.enum(RESEARCH_STATUSES).nullable(),
  skipped: z.enum(SKIP_REASONS).nullable(),
  research_id: z.string().nullable(),
  changes: z.custom<ReportChanges | null>(),
});

/** The run in a row of `schedule_runs`, with the `status` of its job. */
export function toScheduleRun(row: unknown): ScheduleRun {
  const { id, schedule_id, due_at, created_at, status, skipped, research_id, changes } = RunRow.parse(row);
  const outcome = status ?? "skipped";
  return {
    id,
    object: "schedule_run",
    schedule_id,
    due_at,
    created_at,
    outcome,
    reason: skipped,
    research_id,
    changes,
  };
}

/** The schedule in a row of `schedules`, with its last run. */
export function toSchedule(row: unknown, lastRun: ScheduleRun | null): Schedule {
  const { id, cron, timezone, request, webhook_url, notify, ...columns } = ScheduleRow.parse(row);
  return {
    id,
    object: "schedule",
    cron,
    timezone,
    research: request,
    webhook: webhook_url === null ? null : { url: webhook_url },
    notify,
    paused_at: columns.paused_at,
    next_run_at: columns.next_run_at,
    last_run: lastRun && withoutChanges(lastRun),
    created_at: columns.created_at,
    updated_at: columns.updated_at,
  };
}

function withoutChanges({ changes: _, ...run }: ScheduleRun): Omit<ScheduleRun, "changes"> {
  return run;
}
