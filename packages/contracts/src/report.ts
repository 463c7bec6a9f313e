import { z } from "zod";
import { JsonObject, JsonValue } from "./json.ts";

export const VERDICTS = ["supported", "partly_supported", "not_supported", "not_checked"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const Finding = z.object({
  /** The statement with its citations in the text, such as `… 12 subjects [E1][E3]`. */
  statement: z.string(),
  evidence: z.array(z.number().int().min(1)),
  confidence: z.enum(["high", "medium", "low"]),
  verdict: z.enum(VERDICTS),
  issues: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

export const ReportTable = z.object({
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(JsonValue)),
  evidence: z.number().int().min(1),
});
export type ReportTable = z.infer<typeof ReportTable>;

export const ReportChart = z.object({
  title: z.string(),
  vega_lite: JsonObject,
  svg: z.string(),
  evidence: z.number().int().min(1),
});

export const Searched = z.object({
  source: z.string(),
  query: z.string(),
  found: z.number().int(),
  used: z.number().int(),
});
export type Searched = z.infer<typeof Searched>;

export const Report = z.object({
  title: z.string(),
  answer: z.string(),
  model: z.string(),
  findings: z.array(Finding),
  tables: z.array(ReportTable),
  charts: z.array(ReportChart),
  searched: z.array(Searched),
  partial: z.boolean(),
  limitations: z.array(z.string()),
  output: JsonValue,
  markdown: z.string(),
});
export type Report = z.infer<typeof Report>;
