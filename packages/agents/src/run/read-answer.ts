import { fieldErrors } from "@pharmadb/contracts";
import type { z } from "zod";

type ReadAnswer<T> = { problem: null; value: T } | { problem: string; value: null };

/** A model's final text as the schema's output, or what is wrong with it in words that the model can act on. */
export function readAnswer<S extends z.ZodType>(schema: S, text: string): ReadAnswer<z.output<S>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {
      problem: "Your answer was not valid JSON. Answer with one JSON object that fits the schema.",
      value: null,
    };
  }
  const result = schema.safeParse(value);
  if (result.success) return { problem: null, value: result.data };
  const complaints = fieldErrors(result.error).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return { problem: `Your answer did not fit the schema. ${complaints.slice(0, 10).join(" ")}`, value: null };
}
