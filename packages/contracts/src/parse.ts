import type { z } from "zod";
import { AppError, type FieldError } from "./app-error.ts";
import { lostFieldOf } from "./json.ts";

/** The complaints of a zod error, one a field, unknown fields by their own name. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "Unknown field." }));
    }
    return [{ path: path.join("."), message: messageOf(issue) }];
  });
}

/** A field that is not there is said to be missing, in place of zod's "received undefined". */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return issue.message;
  // What zod calls a record is an object in JSON.
  const message = issue.message.replace("expected record", "expected object");
  return message.replace(/^Invalid input: expected (\w+), received undefined$/, "Missing: expected $1.");
}

/** The value as the schema's output, or what is wrong with it by field. */
export function readFields<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { data: z.output<S> } | { errors: FieldError[]; cause?: z.ZodError } {
  const result = schema.safeParse(value);
  if (!result.success) return { errors: fieldErrors(result.error), cause: result.error };
  // A record of zod leaves it out without a word.
  const lost = lostFieldOf(value);
  return lost === null ? { data: result.data } : { errors: [{ path: lost, message: "No field can have this name." }] };
}

/** What a client sent as the schema's output; an AppError `invalid_request` naming each bad field otherwise. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, what = "body"): z.output<S> {
  const result = readFields(schema, value);
  if ("data" in result) return result.data;
  throw invalid(result, what);
}

/** The same of what the service itself has written, where the names of columns may be any: it is not refused for them. */
export function parseOwn<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid({ errors: fieldErrors(result.error), cause: result.error }, what);
}

function invalid({ errors, cause }: { errors: FieldError[]; cause?: z.ZodError }, what: string): AppError {
  const first = errors[0];
  const where = first?.path ? `${what} field "${first.path}"` : what;
  const message = first ? `${where}: ${first.message}` : `The ${what} is not valid.`;
  return new AppError("invalid_request", message, { errors, cause });
}
