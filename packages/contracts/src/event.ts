import { z } from "zod";
import { JsonObject } from "./json.ts";

export const EVENT_TYPES = [
  "research.queued",
  "research.started",
  "research.resumed",
  "plan.created",
  "step.started",
  "tool.called",
  "tool.returned",
  "step.completed",
  "report.drafted",
  "report.verified",
  "research.completed",
  "research.failed",
  "research.cancelled",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One entry of a job's event log; `seq` counts from 1 in each job without gaps. */
export const ResearchEvent = z.object({
  id: z.string(),
  object: z.literal("event"),
  research_id: z.string(),
  seq: z.number().int().min(1),
  type: z.enum(EVENT_TYPES),
  at: z.string(),
  data: JsonObject,
});
export type ResearchEvent = z.infer<typeof ResearchEvent>;

/** Whether a stream of events ends after this one. */
export function isTerminalEvent(type: EventType): boolean {
  return type === "research.completed" || type === "research.failed" || type === "research.cancelled";
}
