import type { JsonValue } from "@pharmadb/contracts";
import { z } from "zod";
import { toEvidence } from "../evidence/evidence-row.ts";
import { superseded } from "../research/superseded.ts";
import { UsageColumns } from "../research/usage-columns.ts";
import type { Sql } from "../sql.ts";
import type { NewStep, SavedStep } from "./save-step.ts";

const StateRow = UsageColumns.extend({
  event_seq: z.number(),
  evidence_count: z.number(),
  saved_key: z.string().nullable(),
  output: z.custom<JsonValue>(),
});

/**
 * How much evidence the job has, and what is stored under this step's key.
 *
 * @throws AppError `superseded` where this attempt no longer owns the job.
 */
export async function readStep(
  sql: Sql,
  { researchId, attempt, key }: Pick<NewStep, "researchId" | "attempt" | "key">,
): Promise<{ evidenceCount: number; saved: SavedStep | null }> {
  const [row] = await sql.query(
    `select event_seq, evidence_count, model_calls, tool_calls, input_tokens, output_tokens, cost_usd,
       journal_steps.key as saved_key, journal_steps.output
     from research left join journal_steps on research_id = research.id and journal_steps.key = $3
     where research.id = $1 and research.attempt = $2 and status = 'running'`,
    [researchId, attempt, key],
  );
  if (!row) throw superseded(researchId, attempt);
  const { event_seq, evidence_count, saved_key, output, ...usage } = StateRow.parse(row);
  if (saved_key === null) return { evidenceCount: evidence_count, saved: null };
  const evidence = await sql.query("select * from evidence where research_id = $1 and step_key = $2 order by n", [
    researchId,
    key,
  ]);
  return {
    evidenceCount: evidence_count,
    saved: {
      output,
      evidence: evidence.map(toEvidence),
      usage,
      eventSeq: event_seq,
      evidenceCount: evidence_count,
      isNew: false,
    },
  };
}
