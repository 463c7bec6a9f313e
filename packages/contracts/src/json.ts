import { z } from "zod";

/** Anything that survives a round trip through JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export const JsonValue: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

/** A JSON object of any shape. */
export type JsonObject = { [key: string]: JsonValue };

export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), JsonValue);

/**
 * Where a value has a field of the one name that no record of zod keeps, such as `metadata.__proto__`; null where it has
 * none.
 */
export function lostFieldOf(value: unknown): string | null {
  if (value === null || typeof value !== "object") return null;
  for (const [key, each] of Object.entries(value)) {
    if (key === "__proto__") return key;
    const inside = lostFieldOf(each);
    if (inside !== null) return `${key}.${inside}`;
  }
  return null;
}

/** Text as the record can keep and compare it: it has no place for U+0000 and for half a character. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}

export const MAX_JSON_DEPTH = 100;

/** Whether a parsed value has too many levels: it is walked by recursion later on, which would exhaust the stack. */
export function isNestedTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) return true;
    level = level.flatMap((each) => (each !== null && typeof each === "object" ? Object.values(each) : []));
  }
  return false;
}
