import type { Evidence, EvidenceSource, JsonObject, JsonValue } from "@pharmadb/contracts";
import { z } from "zod";

const EvidenceRow = z.object({
  n: z.number(),
  research_id: z.string(),
  tool: z.string(),
  arguments: z.custom<JsonObject>(),
  query: z.string().nullable(),
  content: z.custom<JsonValue>(),
  sources: z.custom<EvidenceSource[]>(),
  sha256: z.string(),
  created_at: z.date().transform((time) => time.toISOString()),
});

/** The evidence in a row of `evidence` with all its columns. */
export function toEvidence(row: unknown): Evidence {
  return { object: "evidence", ...EvidenceRow.parse(row) };
}
