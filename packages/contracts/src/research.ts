import { z } from "zod";
import { Report } from "./report.ts";
import { DEPTHS, PRIORITIES } from "./research-request.ts";

export const RESEARCH_STATUSES = ["queued", "running", "completed", "failed", "cancelled"] as const;
export type ResearchStatus = (typeof RESEARCH_STATUSES)[number];

const TERMINAL: ReadonlySet<ResearchStatus> = new Set(["completed", "failed", "cancelled"]);

/** Terminal states never change, but for a failed job that its owner asks to retry. */
export function isTerminal(status: ResearchStatus): boolean {
  return TERMINAL.has(status);
}

export const PHASES = ["plan", "research", "write", "verify"] as const;
export type Phase = (typeof PHASES)[number];

export const Progress = z.object({
  phase: z.enum(PHASES),
  percent: z.number().int().min(0).max(100),
  message: z.string(),
});
export type Progress = z.infer<typeof Progress>;

export const Usage = z.object({
  model_calls: z.number().int(),
  tool_calls: z.number().int(),
  input_tokens: z.number().int(),
  output_tokens: z.number().int(),
  cost_usd: z.number(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { model_calls: 0, tool_calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 };

export const ResearchError = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
export type ResearchError = z.infer<typeof ResearchError>;

/** A research job as the client sees it, from submit to the end. */
export const Research = z.object({
  id: z.string(),
  object: z.literal("research"),
  status: z.enum(RESEARCH_STATUSES),
  question: z.string(),
  file_ids: z.array(z.string()),
  depth: z.enum(DEPTHS),
  priority: z.enum(PRIORITIES),
  batch_id: z.string().nullable(),
  custom_id: z.string().nullable(),
  schedule_id: z.string().nullable().meta({ description: "The schedule that has made it." }),
  metadata: z.record(z.string(), z.string()),
  progress: Progress.nullable(),
  attempt: z.number().int(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  usage: Usage,
  report: Report.nullable(),
  error: ResearchError.nullable(),
  links: z.object({
    self: z.string(),
    events: z.string(),
    report: z.string(),
    evidence: z.string(),
    cancel: z.string(),
  }),
});
export type Research = z.infer<typeof Research>;
