import {
  BatchRequest,
  type FieldError,
  fieldErrors,
  isNestedTooDeep,
  MAX_BATCH_LINE_BYTES,
  MAX_JSON_DEPTH,
  unofferedFields,
} from "@pharmadb/contracts";
import type { BatchLine, InvalidLine } from "@pharmadb/store";
import type { RawRequest } from "./raw-request.ts";

const MAX_ERRORS = 20;
const MAX_TEXT = 500;

/** The request in a line of a batch, or what is wrong with the line. */
export function readRequest(raw: RawRequest): BatchLine {
  const { line } = raw;
  if ("complaint" in raw) return refuse(line, null, [{ path: "", message: raw.complaint }]);
  const named = customIdOf(raw.value);
  if (isNestedTooDeep(raw.value)) {
    return refuse(line, named, [{ path: "", message: `It is nested more than ${MAX_JSON_DEPTH} levels deep.` }]);
  }
  const parsed = BatchRequest.safeParse(raw.value);
  if (!parsed.success) return refuse(line, named, fieldErrors(parsed.error));
  const { custom_id: customId, ...request } = parsed.data;
  const complaints = unofferedFields(request);
  if (complaints.length > 0) return refuse(line, customId, complaints);
  const metadata = storable(request.metadata);
  const requestJson = JSON.stringify({ ...request, metadata });
  if (requestJson.length > MAX_BATCH_LINE_BYTES) {
    return refuse(line, customId, [{ path: "", message: "A request has at most 1 MiB." }]);
  }
  const { file_ids: fileIds, timeout_seconds: timeoutSeconds, webhook } = request;
  return { line, customId, requestJson, metadata, fileIds, timeoutSeconds, webhookUrl: webhook?.url };
}

/** The line with what is wrong with it, in texts that can be stored. */
export function refuse(line: number, customId: string | null, found: readonly FieldError[]): InvalidLine {
  const errors = found.slice(0, MAX_ERRORS).map(({ path, message }) => ({ path: told(path), message: told(message) }));
  const [first] = errors;
  const message = first?.path ? `field "${first.path}": ${first.message}` : (first?.message ?? "It is not valid.");
  return { line, customId, error: { message, errors } };
}

function customIdOf(value: unknown): string | null {
  if (value === null || typeof value !== "object") return null;
  const id = BatchRequest.shape.custom_id.safeParse("custom_id" in value ? value.custom_id : undefined);
  return id.success ? id.data : null;
}

/** The record finds jobs by their metadata, so it is kept as the record can compare it. */
function storable(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map((pair) => pair.map(plain)));
}

function told(text: string): string {
  return plain(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

function plain(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}
