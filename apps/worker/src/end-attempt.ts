import { AppError, type ResearchError, toAppError } from "@pharmadb/contracts";
import {
  cancelRequested,
  type EndNote,
  finishResearch,
  type ResearchOutcome,
  type ResearchRecord,
  requeueResearch,
  type Sql,
} from "@pharmadb/store";
import type { Logger, MeasuredAttempt, Metrics } from "@pharmadb/telemetry";
import { type AttemptEnd, attemptEndKey } from "./attempt-ends.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { WorkerStopping } from "./stop-reasons.ts";
import type { Timing } from "./timing.ts";
import { whenReachable } from "./when-reachable.ts";

/** How often a job is tried that fails with errors which may pass. */
const MAX_TRIES = 3;

export type Attempt = {
  research: Pick<ResearchRecord, "id" | "attempt">;
  /** Earlier tries that ended with an error worth another one. */
  retries: number;
  sql: Sql;
  log: Logger;
  timing: Timing;
  metrics: Metrics["jobs"];
  measured: MeasuredAttempt;
  /** Fires when the end may wait no longer for a record that is away. */
  handingBack: AbortSignal;
};

/** Writes down how an attempt ended that gave no report; one that nobody writes down would count as a crash. */
export async function endAttempt(attempt: Attempt, thrown: unknown): Promise<void> {
  const error = toAppError(thrown);
  try {
    await writeEnd(attempt, error);
  } catch (failure) {
    if (!isSuperseded(failure)) throw failure;
    attempt.measured.ended("superseded");
    attempt.log.info("superseded", { instead_of: error.code });
  }
}

async function writeEnd(attempt: Attempt, error: AppError): Promise<void> {
  const { log } = attempt;
  if (isSuperseded(error)) throw error;
  if (error instanceof WorkerStopping) return handBack(attempt);
  if (error.code === "cancelled" || (await isToBeCancelled(attempt))) {
    await finish(attempt, { status: "cancelled" });
    attempt.measured.ended("cancelled");
    log.info("cancelled");
    return;
  }
  attempt.metrics.failedWith(error.code);
  const tries = attempt.retries + 1;
  if (error.retryable && tries < MAX_TRIES) return retryLater(attempt, error, tries);
  await finish(attempt, { status: "failed", error: publicError(error) }, noteOf(attempt, "failed"));
  attempt.measured.ended("failed");
  logFailure(log, "failed", error, { tries });
}

async function finish(attempt: Attempt, outcome: ResearchOutcome, note?: EndNote): Promise<void> {
  const end = { ...attempt.research, outcome, ...(note && { note }) };
  await whenReachable(() => finishResearch(attempt.sql, end), attempt.handingBack);
}

async function requeue(attempt: Attempt, error: ResearchError | null, afterMs: number, end: AttemptEnd): Promise<void> {
  const requeued = { ...attempt.research, error, afterMs, note: noteOf(attempt, end) };
  await whenReachable(() => requeueResearch(attempt.sql, requeued), attempt.handingBack);
}

async function handBack(attempt: Attempt): Promise<void> {
  await requeue(attempt, null, 0, "handed_back");
  attempt.measured.ended("handed_back");
  attempt.log.info("handed back");
}

async function retryLater(attempt: Attempt, error: AppError, tries: number): Promise<void> {
  const afterMs = retryDelayMs(error, tries, attempt.timing);
  await requeue(attempt, publicError(error), afterMs, "retried");
  attempt.measured.ended("retried");
  logFailure(attempt.log, "to be tried again", error, { tries, again_in_ms: afterMs });
}

async function isToBeCancelled({ sql, research, handingBack }: Attempt): Promise<boolean> {
  return (await whenReachable(() => cancelRequested(sql, [research.id]), handingBack)).length > 0;
}

function noteOf({ research }: Attempt, end: AttemptEnd): EndNote {
  return { key: attemptEndKey(research.attempt), output: end };
}

/** An error of ours was written for the client; of an unknown one the client learns that it happened. */
function publicError({ code, message, retryable }: AppError): ResearchError {
  return { code, message, retryable };
}

function logFailure(log: Logger, message: string, error: AppError, facts: Record<string, number>): void {
  const level = error.code === "internal" ? "error" : "warn";
  log.log(level, message, { code: error.code, error, ...facts });
}

function isSuperseded(error: unknown): boolean {
  return error instanceof AppError && error.code === "superseded";
}
