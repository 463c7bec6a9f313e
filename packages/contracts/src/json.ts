import { z } from "zod";

/** Anything that survives a round trip through JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export const JsonValue: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

/** A JSON object of any shape. */
export type JsonObject = { [key: string]: JsonValue };

export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), JsonValue);
