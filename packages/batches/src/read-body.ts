import { AppError, BatchBody, FileBatchBody, MAX_BATCH_LINE_BYTES } from "@pharmadb/contracts";
import { JSONParser } from "@streamparser/json";
import type { RawRequest, RequestSource } from "./raw-request.ts";

export type JsonBody = {
  /** The items of `requests`, as they arrive. */
  requests: RequestSource;
  /** The other fields, once all of the body has been read. */
  fields: Record<string, unknown>;
};

/** The end of one request and that of the next are never further apart, white space included. */
const MAX_DISTANCE = 2 * MAX_BATCH_LINE_BYTES;

const FIELDS: ReadonlySet<string> = new Set([...Object.keys(BatchBody.shape), ...Object.keys(FileBatchBody.shape)]);

/**
 * A JSON object whose field `requests` is an array too long to be held: gives its items while they arrive, and the
 * other fields at the end.
 */
export function readBody(chunks: AsyncIterable<Buffer>): JsonBody {
  const fields: Record<string, unknown> = {};
  return { fields, requests: readRequests(chunks, fields) };
}

async function* readRequests(chunks: AsyncIterable<Buffer>, fields: Record<string, unknown>): RequestSource {
  const text = new TextDecoder("utf-8", { fatal: true });
  const parser = new JSONParser({ paths: ["$.requests.*", "$.*"], keepStack: false });
  let found: RawRequest[] = [];
  let line = 0;
  let readBytes = 0;
  let lastEnd = 0;
  parser.onValue = ({ value, key, parent, stack }) => {
    if (stack.length === 2 && Array.isArray(parent)) {
      found.push({ line: ++line, readBytes, value });
      lastEnd = readBytes;
    } else if (stack.length === 1) {
      if (typeof key !== "string") throw new AppError("invalid_request", "The body is not a JSON object.");
      // At once: a body has room for millions of them.
      if (!FIELDS.has(key)) throw unknownField(key);
      // What is left of the array once its items have been given away; whether it was one is all that counts.
      Object.defineProperty(fields, key, { value, enumerable: true, configurable: true });
      lastEnd = readBytes;
    }
  };
  for await (const chunk of chunks) {
    decode(() => text.decode(chunk, { stream: true }));
    readBytes += chunk.length;
    decode(() => parser.write(chunk));
    if (readBytes - lastEnd > MAX_DISTANCE + chunk.length) {
      throw new AppError("payload_too_large", `A request has at most 1 MiB; number ${line + 1} has more.`);
    }
    yield found;
    found = [];
  }
  decode(() => text.decode());
  if (readBytes === 0) throw new AppError("invalid_json", "The body is empty; this route wants a JSON object.");
  if (!parser.isEnded) throw new AppError("invalid_json", "The body is not JSON: It ends before the object does.");
}

function unknownField(path: string): AppError {
  const message = "Unknown field.";
  return new AppError("invalid_request", `body field "${path}": ${message}`, { errors: [{ path, message }] });
}

function decode(work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof TypeError ? "It is not UTF-8." : cause instanceof Error ? cause.message : "";
    throw new AppError("invalid_json", `The body is not JSON: ${reason}`, { cause });
  }
}
