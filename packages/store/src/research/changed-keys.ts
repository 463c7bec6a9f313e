import { isHeld } from "../retention/hold.ts";

export type Metadata = Record<string, string>;

/** The keys that another value, or none, has in one than in the other. */
export function changedKeys(before: Metadata, after: Metadata): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]).sort();
}

/** Whether what was held would not be any more. */
export function liftsHold(before: Metadata, after: Metadata): boolean {
  return isHeld(before) && !isHeld(after);
}
