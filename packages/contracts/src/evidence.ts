import { z } from "zod";
import { JsonObject, JsonValue } from "./json.ts";

/** Where a piece of evidence comes from: a file (with page or section) or a public record. */
export const EvidenceSource = z.object({
  kind: z.enum(["file", "openfda", "clinicaltrials", "pubmed", "rxnorm", "chembl"]),
  file_id: z.string().nullable().default(null),
  file_sha256: z.string().nullable().default(null),
  name: z.string(),
  page: z.number().int().nullable().default(null),
  section: z.string().nullable().default(null),
  url: z.string().nullable().default(null),
});
export type EvidenceSource = z.infer<typeof EvidenceSource>;

/** What a tool hands over as evidence, before it has a number. */
export const NewEvidence = z.object({
  tool: z.string(),
  arguments: JsonObject,
  /** The exact SQL or search expression; null where the tool has none. */
  query: z.string().nullable(),
  /** Table results: `{columns, rows, truncated}`; passages: `{text, …}`. */
  content: JsonValue,
  sources: z.array(EvidenceSource),
});
export type NewEvidence = z.infer<typeof NewEvidence>;

/** Numbered evidence as the client sees it; `sha256` is over the canonical JSON of `content`. */
export const Evidence = NewEvidence.extend({
  object: z.literal("evidence"),
  n: z.number().int().min(1),
  research_id: z.string(),
  sha256: z.string(),
  created_at: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** The content of evidence that a table query made. */
export const TableContent = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(JsonValue)),
  row_count: z.number().int(),
  truncated: z.boolean(),
});
export type TableContent = z.infer<typeof TableContent>;

/** The content of evidence that a document passage made. */
export const PassageContent = z.object({
  passage: z.number().int(),
  text: z.string(),
  page: z.number().int().nullable(),
  section: z.string().nullable(),
});
export type PassageContent = z.infer<typeof PassageContent>;
