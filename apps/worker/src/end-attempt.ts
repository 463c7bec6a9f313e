import { AppError, type ResearchError, toAppError } from "@pharmadb/contracts";
import {
  cancelRequested,
  type EndNote,
  finishResearch,
  type ResearchRecord,
  requeueResearch,
  type Sql,
} from "@pharmadb/store";
import type { Logger, MeasuredAttempt, Metrics } from "@pharmadb/telemetry";
import { type AttemptEnd, attemptEndKey } from "./attempt-ends.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { WorkerStopping } from "./stop-reasons.ts";
import type { Timing } from "./timing.ts";

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
};

/** Writes down how an attempt ended that gave no report. */
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
  const { research, log } = attempt;
  if (isSuperseded(error)) throw error;
  if (error instanceof WorkerStopping) return handBack(attempt);
  if (error.code === "cancelled" || (await isToBeCancelled(attempt))) {
    await finishResearch(attempt.sql, { ...research, outcome: { status: "cancelled" } });
    attempt.measured.ended("cancelled");
    log.info("cancelled");
    return;
  }
  attempt.metrics.failedWith(error.code);
  const tries = attempt.retries + 1;
  if (error.retryable && tries < MAX_TRIES) return retryLater(attempt, error, tries);
  const outcome = { status: "failed", error: publicError(error) } as const;
  await finishResearch(attempt.sql, { ...research, outcome, note: noteOf(attempt, "failed") });
  attempt.measured.ended("failed");
  logFailure(log, "failed", error, { tries });
}

async function handBack(attempt: Attempt): Promise<void> {
  const note = noteOf(attempt, "handed_back");
  await requeueResearch(attempt.sql, { ...attempt.research, error: null, afterMs: 0, note });
  attempt.measured.ended("handed_back");
  attempt.log.info("handed back");
}

async function retryLater(attempt: Attempt, error: AppError, tries: number): Promise<void> {
  const afterMs = retryDelayMs(error, tries, attempt.timing);
  const note = noteOf(attempt, "retried");
  await requeueResearch(attempt.sql, { ...attempt.research, error: publicError(error), afterMs, note });
  attempt.measured.ended("retried");
  logFailure(attempt.log, "to be tried again", error, { tries, again_in_ms: afterMs });
}

async function isToBeCancelled({ sql, research }: Attempt): Promise<boolean> {
  return (await cancelRequested(sql, [research.id])).length > 0;
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
