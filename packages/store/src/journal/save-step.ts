import type { Evidence, JsonValue, NewEvidence, Usage } from "@pharmadb/contracts";
import type { StepEvent } from "../events/append-event.ts";
import type { Sql } from "../sql.ts";
import { readStep } from "./read-step.ts";
import { writeStep } from "./write-step.ts";

/** A finished step of a job. What names evidence numbers is given as a function of them. */
export type NewStep = {
  researchId: string;
  attempt: number;
  key: string;
  output: JsonValue | ((evidence: number[]) => JsonValue);
  evidence: NewEvidence[];
  usage: Partial<Usage>;
  events: (evidence: number[]) => StepEvent[];
};

export type SavedStep = {
  output: JsonValue;
  evidence: Evidence[];
  /** Of the job so far, over all attempts. */
  usage: Usage;
  eventSeq: number;
};

/**
 * Stores a finished step with its evidence, usage and events, all or nothing; its evidence gets the job's next
 * numbers. A key that has been stored before answers with what is stored.
 *
 * @throws AppError `superseded` where this attempt no longer owns the job.
 */
export async function saveStep(sql: Sql, step: NewStep): Promise<SavedStep> {
  // The numbers must be known before the write, for output and events name them. The write is made for one count of
  // evidence and misses where a parallel branch has counted on in between. A step without evidence needs no count.
  let evidenceCount: number | null = null;
  if (step.evidence.length > 0) {
    const state = await readStep(sql, step);
    if (state.saved) return state.saved;
    evidenceCount = state.evidenceCount;
  }
  for (;;) {
    const written = await writeStep(sql, step, evidenceCount);
    if (written) return written;
    const state = await readStep(sql, step);
    if (state.saved) return state.saved;
    if (evidenceCount !== null) evidenceCount = state.evidenceCount;
  }
}
