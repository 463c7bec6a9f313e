import {
  PRIORITIES,
  type Progress,
  RESEARCH_STATUSES,
  type Report,
  type Research,
  type ResearchError,
  type ResearchRequest,
} from "@pharmadb/contracts";
import { z } from "zod";
import { UsageColumns } from "./usage-columns.ts";

/** A research job as it is stored: the wire object without its links, and what only the service needs to know. */
export type ResearchRecord = Omit<Research, "links"> & {
  tenant_id: string;
  request: ResearchRequest;
  timeout_seconds: number | null;
  /** Grows with each change; the ETag. */
  version: number;
  event_seq: number;
  cancel_requested_at: string | null;
};

const Time = z.date().transform((time) => time.toISOString());

/** A row of `research`. Its json columns were checked when they were written and are taken as they are. */
const ResearchRow = UsageColumns.extend({
  id: z.string(),
  tenant_id: z.string(),
  batch_id: z.string().nullable(),
  custom_id: z.string().nullable(),
  schedule_id: z.string().nullable(),
  status: z.enum(RESEARCH_STATUSES),
  priority: z.enum(PRIORITIES),
  request: z.custom<ResearchRequest>(),
  timeout_seconds: z.number().nullable(),
  attempt: z.number(),
  version: z.number(),
  event_seq: z.number(),
  progress: z.custom<Progress | null>(),
  report: z.custom<Report | null>(),
  error: z.custom<ResearchError | null>(),
  created_at: Time,
  started_at: Time.nullable(),
  finished_at: Time.nullable(),
  expires_at: Time.nullable(),
  cancel_requested_at: Time.nullable(),
});

/** The record in a row of `research` with all its columns. */
export function toResearchRecord(row: unknown): ResearchRecord {
  const { model_calls, tool_calls, input_tokens, output_tokens, cost_usd, ...columns } = ResearchRow.parse(row);
  const { question, file_ids, depth, metadata } = columns.request;
  return {
    object: "research",
    ...columns,
    question,
    file_ids,
    depth,
    metadata,
    usage: { model_calls, tool_calls, input_tokens, output_tokens, cost_usd },
  };
}
