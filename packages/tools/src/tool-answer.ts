import { AppError, type JsonValue, type NewEvidence } from "@pharmadb/contracts";
import type { ToolResult } from "./tool.ts";

/** What a tool says when it could do what was asked. */
export function answer(content: string, data: JsonValue, evidence: NewEvidence[] = []): ToolResult {
  return { ok: true, content, data, evidence };
}

/** What a tool says when it could not; the message tells the model what to do instead. */
export function refusal(code: string, message: string): ToolResult {
  return { ok: false, content: message, data: { error: { code, message } }, evidence: [] };
}

const MENDABLE = ["query_refused", "query_failed", "file_unreadable", "invalid_request", "not_found"];

/** The error as an answer where the model can mend it by asking otherwise; thrown on where it cannot. */
export function answerForError(error: unknown): ToolResult {
  if (error instanceof AppError && MENDABLE.includes(error.code)) return refusal(error.code, error.message);
  throw error;
}
