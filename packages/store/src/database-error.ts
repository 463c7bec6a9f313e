const UNIQUE_VIOLATION = "23505";
const DEADLOCK = "40P01";
const FEATURE_NOT_SUPPORTED = "0A000";
/** Where the server raises it for a plan. Its message is in the server's language, and others raise the same code. */
const PLAN_CHECK = "RevalidateCachedQuery";
const UNREACHABLE = /^(?:08|53300|57P|58)/;
/** Data that does not fit its type, or breaks a constraint, or a statement that lost a deadlock. */
const REFUSALS = /^(?:22|23|40)/;

const QUERY_CANCELED = "57014";
/** A lost deadlock, no room on the disk or in memory, what is in use, and what the server or somebody there has ended. */
const PASSING = /^(?:40|53|55|57)/;

/** Whether a statement failed because a row with its key had been written in the meantime. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

/** Whether a transaction was undone because it and another one waited for each other; the same again may work. */
export function isDeadlock(error: unknown): boolean {
  return sqlState(error) === DEADLOCK;
}

/** Whether the database, being well, undid a statement for what was in it. */
export function isRefused(error: unknown): boolean {
  return REFUSALS.test(sqlState(error));
}

/** Whether the server ended a statement that took too long, as one does that waits for a lock. */
export function isLate(error: unknown): boolean {
  return sqlState(error) === QUERY_CANCELED;
}

/** Whether a statement failed for something that has nothing to do with it, so that the same may work later. */
export function mayPass(error: unknown): boolean {
  return error instanceof RecordUnreachable || PASSING.test(sqlState(error));
}

/** Whether a kept statement was refused because it would not give the columns any more that it gave before. */
export function isOutdatedPlan(error: unknown): boolean {
  const isUnsupported = sqlState(error) === FEATURE_NOT_SUPPORTED;
  return isUnsupported && error instanceof Error && "routine" in error && error.routine === PLAN_CHECK;
}

/**
 * It was not the statement that failed but the way to the server, or the server itself: it is starting or being shut
 * down, or has no place left for a connection. What the statement did is not known then; it may work in a moment.
 */
export class RecordUnreachable extends Error {
  constructor(cause: Error) {
    // A host name with several addresses fails once for each, and says nothing itself.
    const [first] = cause instanceof AggregateError ? cause.errors : [];
    super(first instanceof Error ? first.message : cause.message, { cause });
    this.name = "RecordUnreachable";
  }
}

/** The error of a driver, told apart: only what the server says of a statement has a severity. */
export function explainFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return "severity" in error && !UNREACHABLE.test(sqlState(error)) ? error : new RecordUnreachable(error);
}

function sqlState(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
