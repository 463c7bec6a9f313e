const UNIQUE_VIOLATION = "23505";
const DEADLOCK = "40P01";
/** Data that does not fit its type, or breaks a constraint, or a statement that lost a deadlock. */
const REFUSALS = /^(?:22|23|40)/;

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

function sqlState(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
