import { AppError } from "@pharmadb/contracts";

/** The one error for a document that cannot be read; `why` completes the sentence that begins with the file's name. */
export function unreadable(name: string, why: string, cause?: unknown): AppError {
  return new AppError("file_unreadable", `${name} ${why}`, cause === undefined ? {} : { cause });
}
