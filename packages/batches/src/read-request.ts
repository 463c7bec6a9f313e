import {
  BatchRequest,
  type FieldError,
  isNestedTooDeep,
  MAX_BATCH_LINE_BYTES,
  MAX_JSON_DEPTH,
  readFields,
  storableText,
  unofferedFields,
} from "@pharmadb/contracts";
import type { InvalidLine } from "@pharmadb/store";
import type { RawRequest } from "./raw-request.ts";

const MAX_ERRORS = 20;
const MAX_TEXT = 500;

/** A line that has been read: a request, its text made already, or what is wrong with it. */
export type ReadLine =
  | {
      line: number;
      customId: string;
      /** The `ResearchRequest` as JSON, and its size in UTF-8. */
      requestJson: string;
      requestBytes: number;
      metadata: Record<string, string>;
      fileIds: readonly string[];
      timeoutSeconds: number | undefined;
      webhookUrl: string | undefined;
    }
  | InvalidLine;

/** The request in a line of a batch, or what is wrong with the line. */
export function readRequest(raw: RawRequest): ReadLine {
  const { line } = raw;
  if ("complaint" in raw) return refuse(line, null, [{ path: "", message: raw.complaint }]);
  const named = customIdOf(raw.value);
  if (isNestedTooDeep(raw.value)) {
    return refuse(line, named, [{ path: "", message: `It is nested more than ${MAX_JSON_DEPTH} levels deep.` }]);
  }
  const parsed = readFields(BatchRequest, raw.value);
  if ("errors" in parsed) return refuse(line, named, parsed.errors);
  const { custom_id: customId, ...request } = parsed.data;
  const complaints = unofferedFields(request);
  if (complaints.length > 0) return refuse(line, customId, complaints);
  const requestJson = JSON.stringify(request);
  const requestBytes = Buffer.byteLength(requestJson);
  if (requestBytes > MAX_BATCH_LINE_BYTES) {
    return refuse(line, customId, [{ path: "", message: "A request has at most 1 MiB." }]);
  }
  const { metadata, file_ids: fileIds, timeout_seconds: timeoutSeconds, webhook } = request;
  const webhookUrl = webhook && storableText(webhook.url);
  return { line, customId, requestJson, requestBytes, metadata, fileIds, timeoutSeconds, webhookUrl };
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

function told(text: string): string {
  return storableText(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}
