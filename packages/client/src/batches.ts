import { Batch, BatchError, BatchResult, isEndedBatch, parseOwn } from "@pharmadb/contracts";
import type { z } from "zod";
import { followStream } from "./follow-stream.ts";
import type { Http } from "./http.ts";

export type SubmitBatchOptions = {
  /** Whether one bad request stops all. */
  strict?: boolean;
  metadata?: Record<string, string>;
  idempotencyKey?: string;
  signal?: AbortSignal;
};

type Following = { signal?: AbortSignal };

/** Batches as functions, for the client. */
export type BatchClient = {
  /** Sends requests as NDJSON, one a line: a file as a Blob (`openAsBlob`), or text as it is made. */
  submitBatch(lines: Blob | AsyncIterable<string>, options?: SubmitBatchOptions): Promise<Batch>;
  getBatch(id: string): Promise<Batch>;
  /** The batch whenever it has changed, to its end. */
  followBatch(id: string, options?: Following): AsyncGenerator<Batch>;
  batchResults(id: string, options?: Following): AsyncGenerator<BatchResult>;
  batchErrors(id: string, options?: Following): AsyncGenerator<BatchError>;
  cancelBatch(id: string): Promise<Batch>;
};

export function createBatchClient(http: Http): BatchClient {
  const path = (id: string, part = "") => `/api/v1/batches/${encodeURIComponent(id)}${part}`;
  return {
    submitBatch(lines, { strict, metadata = {}, idempotencyKey, signal } = {}) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(metadata)) query.set(`metadata.${key}`, value);
      if (strict !== undefined) query.set("strict", String(strict));
      return http.json(Batch, `/api/v1/batches?${query}`, {
        method: "POST",
        headers: {
          "content-type": "application/x-ndjson",
          ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
        },
        ...(lines instanceof Blob ? { body: lines } : { body: ReadableStream.from(encode(lines)), duplex: "half" }),
        ...(signal && { signal }),
      });
    },
    getBatch: (id) => http.json(Batch, path(id)),
    followBatch: (id, options) =>
      followStream(
        http,
        { path: path(id, "/events"), schema: Batch, isLast: ({ status }) => isEndedBatch(status) },
        options,
      ),
    batchResults: (id, options) => readLines(http, path(id, "/results"), BatchResult, options),
    batchErrors: (id, options) => readLines(http, path(id, "/errors"), BatchError, options),
    cancelBatch: (id) => http.json(Batch, path(id, "/cancel"), { method: "POST" }),
  };
}

async function* encode(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  for await (const text of lines) yield encoder.encode(text);
}

/** The objects of an NDJSON answer, as they arrive. */
async function* readLines<S extends z.ZodType>(
  http: Http,
  path: string,
  schema: S,
  { signal }: Following = {},
): AsyncGenerator<z.output<S>> {
  const { body } = await http.send(path, signal ? { signal } : {});
  if (!body) return;
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield parseOwn(schema, JSON.parse(line), `line of ${path}`);
  }
}
