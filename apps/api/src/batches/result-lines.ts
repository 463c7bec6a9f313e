import type { BatchError, BatchResult, ResearchError } from "@pharmadb/contracts";
import type { BatchLineState } from "@pharmadb/store";
import { toResearch } from "../research/to-research.ts";

const CANCELLED: ResearchError = { code: "cancelled", message: "The request was cancelled.", retryable: false };

/** The line of `results` for a request that has ended; null for any other. */
export function toResultLine(state: BatchLineState): BatchResult | null {
  if (state.customId === null) return null;
  const about = { line: state.line, custom_id: state.customId };
  if (state.state === "never_begun") return { ...about, research: null, error: CANCELLED };
  if (state.state !== "ended") return null;
  const { research } = state;
  const error = research.error ?? (research.status === "cancelled" ? CANCELLED : null);
  return { ...about, research: toResearch(research), error };
}

/** The line of `errors` for a request that is not valid or whose job has failed; null for any other. */
export function toErrorLine(state: BatchLineState): BatchError | null {
  const about = { line: state.line, custom_id: state.customId };
  if (state.state === "invalid") {
    const { message, errors } = state.error;
    return { ...about, research_id: null, error: { code: "invalid_request", message, retryable: false }, errors };
  }
  if (state.state !== "ended" || !state.research.error) return null;
  return { ...about, research_id: state.research.id, error: state.research.error, errors: [] };
}
