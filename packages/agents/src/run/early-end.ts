import { AppError } from "@pharmadb/contracts";

/**
 * Why the run is to end before its work is done, with what has been found by then: its time or its budget is up. Null
 * where it is to end for another reason.
 */
export function earlyEnd(thrown: unknown, { aborted, reason }: AbortSignal): AppError | null {
  if (aborted) return reason instanceof AppError && reason.code === "timeout" ? reason : null;
  return thrown instanceof AppError && thrown.code === "budget_exceeded" ? thrown : null;
}
