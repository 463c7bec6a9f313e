import type { Failure, FailureCode } from "../pool/messages.ts";

/** A failure thrown on purpose inside a child. Children do not load the contracts package: it would double their start. */
export class ChildFailure extends Error {
  readonly code: FailureCode;
  readonly details: Failure["details"];

  constructor(code: FailureCode, message: string, details: Failure["details"] = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The failure of a file; `where` and `what` read as "ae.csv, line 17: expected 12 columns, found 13." */
export function unreadable(name: string, what: string, where: string | null = null, details: Failure["details"] = {}) {
  return new ChildFailure("file_unreadable", `${name}${where === null ? "" : `, ${where}`}: ${what}`, {
    file: name,
    ...details,
  });
}

/** Any thrown value as a failure that the parent understands; `fallback` says what an unknown one means. */
export function toFailure(error: unknown, fallback: (message: string) => Failure): Failure {
  if (error instanceof ChildFailure) return { code: error.code, message: error.message, details: error.details };
  if (error instanceof Error && "code" in error && error.code === "file_unreadable") {
    const details = "details" in error && typeof error.details === "object" ? error.details : {};
    return { code: "file_unreadable", message: error.message, details: { ...(details as Failure["details"]) } };
  }
  return fallback(error instanceof Error ? error.message : String(error));
}
