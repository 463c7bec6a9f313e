import { AppError, mapWithLimit } from "@pharmadb/contracts";
import type { ResearchStep } from "../roles/researcher.ts";
import type { Note } from "../roles/writer.ts";
import { earlyEnd } from "./early-end.ts";
import { type ResearchDesk, type ResearcherDeps, runResearcher } from "./run-researcher.ts";

const PARALLEL_RESEARCHERS = 3;

/** What the researchers brought, in the order of the steps. */
export type Researched = {
  notes: Note[];
  /** Steps that gave nothing, with the reason; `early` where the run was over before they were. */
  failed: { step: ResearchStep; error: AppError; early: boolean }[];
};

// Failures of one researcher's own: the model's answers or the material it met. All others would hit every researcher
// alike or end the job (cancelled, timeout, superseded, model_unavailable).
const OWN_FAILURES = ["model_malformed", "model_refused", "file_unreadable", "query_refused", "query_failed"];

/**
 * All researchers, a few at a time. One that fails for reasons of its own leaves the others at work; the job fails
 * with it only when none of them found anything. A spent budget ends those that still want to call the model, time
 * that is up all that have not finished.
 */
export async function researchSteps(
  steps: readonly ResearchStep[],
  desk: ResearchDesk,
  deps: ResearcherDeps,
  signal: AbortSignal,
): Promise<Researched> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const outcomes = await mapWithLimit(steps, PARALLEL_RESEARCHERS, async (step, index) => {
    try {
      signal.throwIfAborted();
      return { note: noteOf(step, desk, await runResearcher(step, index + 1, desk, deps, either)) };
    } catch (error) {
      const end = earlyEnd(error, signal);
      if (end) return { failure: { step, error: end, early: true } };
      if (error instanceof AppError && isOwnFailure(error)) return { failure: { step, error, early: false } };
      stop.abort(error);
      throw error;
    }
  });
  const notes = outcomes.flatMap(({ note }) => note ?? []);
  const failed = outcomes.flatMap(({ failure }) => failure ?? []);
  const first = failed[0]?.error;
  if (first && notes.every((note) => note.findings.length === 0)) throw first;
  return { notes, failed };
}

function isOwnFailure({ code }: AppError): boolean {
  return OWN_FAILURES.includes(code);
}

function noteOf(
  step: ResearchStep,
  { evidence }: ResearchDesk,
  { output, evidence: numbers }: Awaited<ReturnType<typeof runResearcher>>,
): Note {
  const held = numbers.flatMap((n) => evidence.get(n) ?? []);
  return {
    step,
    findings: output.findings,
    tables: output.tables,
    not_found: output.not_understood,
    evidence: held.map(({ n, tool, query, content }) => ({ n, tool, query, content })),
  };
}
