import type { ReportChanges, Schedule, ScheduleRun } from "@pharmadb/contracts";
import { shortTime } from "../short-time.ts";
import { textTable } from "../text-table.ts";

const SCHEDULE_HEAD = ["ID", "TIMES", "TIME ZONE", "NEXT RUN", "LAST RUN", "QUESTION"];
const RUN_HEAD = ["DUE", "OUTCOME", "JOB", "CHANGES"];
const MAX_QUESTION = 60;

/** A table of schedules in lines of text. */
export function describeSchedules(schedules: readonly Schedule[]): string {
  const cells = schedules.map(({ id, cron, timezone, next_run_at, last_run, research: { question } }) => [
    id,
    cron,
    timezone,
    shortTime(next_run_at, "paused"),
    last_run?.outcome ?? "none",
    question.length > MAX_QUESTION ? `${question.slice(0, MAX_QUESTION)}…` : question,
  ]);
  return textTable([SCHEDULE_HEAD, ...cells]);
}

/** A table of runs in lines of text. */
export function describeRuns(runs: readonly ScheduleRun[]): string {
  const cells = runs.map(({ due_at, outcome, reason, research_id, changes }) => [
    shortTime(due_at, ""),
    reason === null ? outcome : `${outcome}: ${reason}`,
    research_id ?? "-",
    describeChanges(changes),
  ]);
  return textTable([RUN_HEAD, ...cells]);
}

function describeChanges(changes: ReportChanges | null): string {
  if (changes === null) return "-";
  const { changed, added, removed, numbers } = changes;
  return changed ? `${added.length} new, ${removed.length} gone, ${numbers.length} with other numbers` : "none";
}
