import { AppError, type ErrorCode } from "@pharmadb/contracts";

/** Errors whose messages are written for the owner of the data and may quote it: a cell, a passage, a model's words. */
const QUOTING: ReadonlySet<ErrorCode> = new Set([
  "invalid_json",
  "invalid_request",
  "bad_request",
  "file_unreadable",
  "query_refused",
  "query_failed",
  "model_refused",
  "model_malformed",
]);
const BAD_DATA = /^22/;
const QUOTED = /"[\s\S]*"|'[\s\S]*'/g;
const MAX_CAUSES = 5;

/**
 * An error for the log: its name, code, details, frames and causes, and its message where that is about us and not
 * about somebody's data.
 */
export function describeError(error: Error, depth = 0, aboutData = false): Record<string, unknown> {
  const app = error instanceof AppError ? error : null;
  const hidden = aboutData || (app !== null && QUOTING.has(app.code));
  // A model's service repeats parts of the prompt, and the prompt holds data.
  const causeHidden = hidden || (app?.code.startsWith("model_") ?? false);
  return {
    name: error.name,
    ...(hidden ? {} : { message: withoutQuotes(error) }),
    ...("code" in error ? { code: error.code } : {}),
    ...(app && Object.keys(app.details).length > 0 ? { details: app.details } : {}),
    stack: framesOf(error),
    ...(error.cause !== undefined && depth < MAX_CAUSES
      ? { cause: describeCause(error.cause, depth, causeHidden) }
      : {}),
  };
}

function describeCause(cause: unknown, depth: number, hidden: boolean): unknown {
  if (cause instanceof Error) return describeError(cause, depth + 1, hidden);
  return hidden ? typeof cause : cause;
}

/** JSON's parser and a database that refuses a value quote what they were given. */
function withoutQuotes(error: Error): string {
  const quotes = error instanceof SyntaxError || ("code" in error && BAD_DATA.test(String(error.code)));
  return quotes ? error.message.replace(QUOTED, "…") : error.message;
}

/** The stack without the message that it begins with. */
function framesOf({ stack = "", message }: Error): string {
  const start = stack.indexOf(message);
  const after = start < 0 ? stack : stack.slice(start + message.length);
  return after
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
