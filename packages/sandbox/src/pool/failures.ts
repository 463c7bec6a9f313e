import { AppError } from "@pharmadb/contracts";
import type { ChildCall, ChildMessage } from "./messages.ts";
import { ChildEnded } from "./sandbox-child.ts";

/** After these an engine has failed good queries, so its child serves no other. */
const SPENDING_REASONS = new Set<unknown>(["timeout", "memory", "broken", "entry_missing"]);

/** Whether a child that gave this answer must not serve another call. */
export function isSpentBy(answer: Extract<ChildMessage, { type: "result" | "failure" }>): boolean {
  return answer.type === "failure" && SPENDING_REASONS.has(answer.failure.details.reason);
}

/** The end of a child as an error of the call that it served; other errors as they are. */
export function callerErrorOf(error: unknown, call: ChildCall): unknown {
  if (!(error instanceof ChildEnded)) return error;
  const signal = error.signal ?? "none";
  if (error.reason === "closed") return new AppError("sandbox_failed", "The sandbox was closed.", { cause: error });
  if (error.reason === "killed") {
    return new AppError("sandbox_failed", "The sandbox process was killed from outside.", {
      cause: error,
      details: { signal },
    });
  }
  const details = { reason: error.reason, signal };
  if (call.op === "query") return new AppError("query_failed", QUERY_ENDS[error.reason], { cause: error, details });
  return new AppError("file_unreadable", `${call.file.name}: ${READ_ENDS[error.reason]}`, {
    cause: error,
    details: { ...details, file: call.file.name },
  });
}

const QUERY_ENDS = {
  timeout: "The query ran longer than its limit and was ended. Ask for less: filter or aggregate earlier.",
  memory: "The query used more memory than is allowed and was ended. Ask for less: filter or aggregate earlier.",
  cancelled: "The query was cancelled.",
  crash: "The query ended its process. Write it another way: fewer and smaller intermediate values.",
};

const READ_ENDS = {
  timeout: "reading it took too long and was ended.",
  memory: "reading it took more memory than is allowed and was ended.",
  cancelled: "reading it was cancelled.",
  crash: "its content ended the process that read it; the file is damaged or of a kind that cannot be read.",
};

/** What the caller gets to see: our own errors as they are, an abort by its reason. */
export function toCallerError(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error;
  if (signal.reason instanceof AppError) return signal.reason;
  if (signal.reason instanceof Error && signal.reason.name === "TimeoutError") {
    return new AppError("timeout", "The time limit was reached.", { cause: signal.reason });
  }
  return new AppError("cancelled", "Cancelled.", { cause: signal.reason });
}
