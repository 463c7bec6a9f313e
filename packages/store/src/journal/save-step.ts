import type { Evidence, JsonValue, NewEvidence, Usage } from "@pharmadb/contracts";
import type { StepEvent } from "../events/append-event.ts";
import type { Sql } from "../sql.ts";
import type { JournalWriter } from "./open-journal-writer.ts";
import { readStep } from "./read-step.ts";
import { wasTaken } from "./was-taken.ts";
import { type StepWrite, storableEvidence, type WrittenStep, writeSteps } from "./write-steps.ts";

/** A finished step of a job. What names evidence numbers is given as a function of them. */
export type NewStep = {
  researchId: string;
  attempt: number;
  key: string;
  output: JsonValue | ((evidence: number[]) => JsonValue);
  evidence: NewEvidence[];
  usage: Partial<Usage>;
  events: (evidence: number[]) => StepEvent[];
  /** How much evidence the job is thought to have; where it is known and right, the record need not be asked. */
  evidenceCount?: number | null;
};

export type SavedStep = {
  output: JsonValue;
  evidence: Evidence[];
  /** Of the job so far, over all attempts. */
  usage: Usage;
  eventSeq: number;
  /** How much evidence the job has now. */
  evidenceCount: number;
  /** Whether it was written now; false where it had been stored before, and its events with it. */
  isNew: boolean;
};

/**
 * Stores a finished step with its evidence, usage and events, all or nothing; its evidence gets the job's next
 * numbers. A key that has been stored before answers with what is stored.
 *
 * @throws AppError `superseded` where this attempt no longer owns the job.
 */
export async function saveStep(
  sql: Sql,
  step: NewStep,
  write: JournalWriter = async (one) => (await writeSteps(sql, [one]))[0] ?? null,
): Promise<SavedStep> {
  // The numbers must be known before the write, for output and events name them. The write is made for one count of
  // evidence and misses where a parallel branch has counted on in between. A step without evidence needs no count.
  const numbered = step.evidence.length > 0;
  let evidenceCount = numbered ? (step.evidenceCount ?? null) : null;
  if (numbered && evidenceCount === null) {
    const state = await readStep(sql, step);
    if (state.saved) return state.saved;
    evidenceCount = state.evidenceCount;
  }
  for (let tries = 1; ; tries++) {
    const draft = draftOf(step, evidenceCount);
    const written = await write(draft.write).catch((error) => {
      if (wasTaken(error, tries)) return null;
      throw error;
    });
    if (written) return savedStep(step, draft, written);
    const state = await readStep(sql, step);
    if (state.saved) return state.saved;
    if (numbered) evidenceCount = state.evidenceCount;
  }
}

type Draft = { write: StepWrite; output: JsonValue; numbers: number[] };

function draftOf(step: NewStep, evidenceCount: number | null): Draft {
  const { researchId, attempt, key, usage } = step;
  const numbers = step.evidence.map((_, index) => (evidenceCount ?? 0) + index + 1);
  const output = typeof step.output === "function" ? step.output(numbers) : step.output;
  const evidence = step.evidence.map(storableEvidence);
  const written = { key, outputJson: JSON.stringify(output) };
  return {
    write: { researchId, attempt, step: written, evidenceCount, evidence, usage, events: step.events(numbers) },
    output,
    numbers,
  };
}

function savedStep({ researchId }: NewStep, { write, output, numbers }: Draft, written: WrittenStep): SavedStep {
  const { at, usage, eventSeq, evidenceCount } = written;
  const created = { object: "evidence", research_id: researchId, created_at: at.toISOString() } as const;
  const evidence = write.evidence.map((item, index): Evidence => ({ ...item, ...created, n: numbers[index] ?? 0 }));
  return { output, evidence, usage, eventSeq, evidenceCount, isNew: true };
}
