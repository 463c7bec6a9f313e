import { isUniqueViolation } from "../database-error.ts";

const MAX_TRIES = 20;

/** Whether a write failed for another writer of one of its keys who was faster, so that it is to be tried again; not for ever. */
export function wasTaken(error: unknown, tries: number): boolean {
  return isUniqueViolation(error) && tries < MAX_TRIES;
}
