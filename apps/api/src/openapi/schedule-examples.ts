import type { NewSchedule, Schedule, ScheduleRun } from "@pharmadb/contracts";
import type { z } from "zod";

const ID = "sch_01karyv2f4h6k8m0p2r4t6v8x0";
const BEFORE_ID = "res_01karyr5d2s6j8n0q4b6f8k2mz";
const RESEARCH = {
  question: "How many subjects had a serious adverse event, by treatment arm?",
  file_ids: ["file_01karyqz8g0v3h2m5x7c9e1t4w"],
};

export const NEW_SCHEDULE_EXAMPLE: z.input<typeof NewSchedule> = {
  cron: "0 6 * * mon-fri",
  timezone: "Europe/Berlin",
  research: RESEARCH,
  webhook: { url: "https://example.com/hooks/pharmadb" },
  notify: "on_change",
};

export const SCHEDULE_RUN_EXAMPLE: ScheduleRun = {
  id: "run_01karywd8g0j2m4p6r8t0v2x4z",
  object: "schedule_run",
  schedule_id: ID,
  due_at: "2026-11-25T05:00:00.000Z",
  created_at: "2026-11-25T05:00:00.021Z",
  outcome: "completed",
  reason: null,
  research_id: "res_01karywd8h3k5n7q9s1v3x5z7b",
  changes: {
    compared_with: BEFORE_ID,
    changed: true,
    added: [],
    removed: [],
    numbers: [
      {
        statement: "In the arm Placebo 4 subjects had a serious adverse event.",
        before: "In the arm Placebo 3 subjects had a serious adverse event.",
        numbers: [{ from: "3", to: "4" }],
      },
    ],
  },
};

const { changes: _, ...LAST_RUN } = SCHEDULE_RUN_EXAMPLE;

export const SCHEDULE_EXAMPLE: Schedule = {
  id: ID,
  object: "schedule",
  cron: "0 6 * * mon-fri",
  timezone: "Europe/Berlin",
  research: { ...RESEARCH, depth: "standard", priority: "interactive", metadata: {} },
  webhook: { url: "https://example.com/hooks/pharmadb" },
  notify: "on_change",
  paused_at: null,
  next_run_at: "2026-11-26T05:00:00.000Z",
  last_run: LAST_RUN,
  created_at: "2026-11-24T02:00:00.000Z",
  updated_at: "2026-11-24T02:00:00.000Z",
};
