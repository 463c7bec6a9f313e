import { z } from "zod";
import { RESEARCH_STATUSES } from "../research.ts";
import { ResearchRequest } from "../research-request.ts";
import { WebhookUrl } from "../webhook.ts";
import { cronFault } from "./cron.ts";
import { ReportChanges } from "./report-changes.ts";
import { isTimeZone } from "./time-zone.ts";

/** `on_change`: only of reports that say something else than the one before, and of what went wrong. */
export const NOTIFY = ["always", "on_change"] as const;

/** Why a time passed without a job. */
export const SKIP_REASONS = ["previous_unfinished", "queue_full", "files_missing"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

const MAX_CRON = 200;
const MAX_TIMEZONE = 64;

const Cron = z
  .string()
  .max(MAX_CRON, `At most ${MAX_CRON} characters.`)
  .superRefine((cron, { addIssue }) => {
    const fault = cronFault(cron);
    if (fault !== null) addIssue({ code: "custom", message: fault });
  })
  .meta({
    description: "Minute, hour, day of the month, month and day of the week, as the clocks of the time zone show them.",
    example: "0 6 * * mon-fri",
  });

const TimeZone = z
  .string()
  .max(MAX_TIMEZONE, `At most ${MAX_TIMEZONE} characters.`)
  .refine(isTimeZone, "Not the name of a time zone, such as Europe/Berlin or UTC.")
  .meta({ description: "A name of the IANA time zone database.", example: "Europe/Berlin" });

/** A research body without its own webhook: the schedule has it, for all runs. */
const ScheduledResearch = ResearchRequest.omit({ webhook: true });

const Webhook = z.strictObject({ url: WebhookUrl });
const Notify = z.enum(NOTIFY).meta({
  description:
    "`on_change`: a report that says what the one before said is not told to anybody. A first report is, and so is each failure.",
});

/** The body of `POST /api/v1/schedules`. */
export const NewSchedule = z.strictObject({
  cron: Cron,
  timezone: TimeZone.default("UTC"),
  research: ScheduledResearch,
  webhook: Webhook.optional(),
  notify: Notify.default("always"),
});
export type NewSchedule = z.infer<typeof NewSchedule>;

/** The body of `PATCH /api/v1/schedules/:id`; what is left out stays as it is. */
export const SchedulePatch = z.strictObject({
  cron: Cron.optional(),
  timezone: TimeZone.optional(),
  research: ScheduledResearch.optional(),
  webhook: Webhook.nullable().optional(),
  notify: Notify.optional(),
  paused: z
    .boolean()
    .optional()
    .meta({ description: "`true`: nothing runs. `false`: it goes on; what was missed is not made up for." }),
});
export type SchedulePatch = z.infer<typeof SchedulePatch>;

/** One time of a schedule, and what came of it. */
export const ScheduleRun = z.object({
  id: z.string(),
  object: z.literal("schedule_run"),
  schedule_id: z.string(),
  due_at: z.string().meta({ description: "Of several times that were missed, the last." }),
  created_at: z.string(),
  outcome: z.enum([...RESEARCH_STATUSES, "skipped"]).meta({ description: "`skipped`, or the status of the job." }),
  reason: z.enum(SKIP_REASONS).nullable().meta({ description: "Why it was skipped." }),
  research_id: z.string().nullable(),
  changes: ReportChanges.nullable().meta({
    description: "Against the report before; null where there is none, and until the job is completed.",
  }),
});
export type ScheduleRun = z.infer<typeof ScheduleRun>;

export const Schedule = z.object({
  id: z.string(),
  object: z.literal("schedule"),
  cron: z.string(),
  timezone: z.string(),
  research: ScheduledResearch,
  webhook: Webhook.nullable(),
  notify: z.enum(NOTIFY),
  paused_at: z.string().nullable(),
  next_run_at: z.string().nullable().meta({ description: "Null while it is paused." }),
  last_run: ScheduleRun.omit({ changes: true }).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Schedule = z.infer<typeof Schedule>;
