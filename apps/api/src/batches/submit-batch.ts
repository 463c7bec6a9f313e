import { type JsonBody, readBody, readLines } from "@pharmadb/batches";
import { AppError, BatchOptions, FileBatchBody, newId, parse } from "@pharmadb/contracts";
import {
  type Actor,
  type BatchKey,
  type BatchTerms,
  type CreatedBatch,
  createFileBatch,
  findBatchByKey,
} from "@pharmadb/store";
import type { Request } from "express";
import type { RouteDeps } from "../deps.ts";
import { checkJsonCharset } from "../http/json-text.ts";
import { expiryOf } from "../research/expiry-of.ts";
import { checkWebhookUrl } from "../webhooks/check-webhook-url.ts";
import type { BatchBytes } from "./batch-bytes.ts";
import { type ReceivedRequests, receiveRequests } from "./receive-requests.ts";

export type BatchForm = "lines" | "body";

type Asked = {
  tenantId: string;
  by: Actor;
  form: BatchForm;
  bytes: BatchBytes;
  strict: boolean;
  /** What the query says about the batch as a whole. */
  options: Partial<BatchOptions>;
  key: string | undefined;
};

/** How the requests come: as lines, or in a JSON object. */
export function batchForm(request: Request): BatchForm {
  const lines = request.is(["application/x-ndjson", "application/ndjson", "application/jsonl"]);
  const json = request.is(["application/json", "application/*+json"]);
  if (lines || json) {
    checkJsonCharset(request.get("content-type") ?? "application/json");
    return lines ? "lines" : "body";
  }
  const types = "application/x-ndjson, one request a line, or application/json";
  throw new AppError("unsupported_media_type", `A batch is sent with the content-type ${types}.`);
}

/** Makes a batch of what is asked, or gives the one that was made under the same key before. */
export async function submitBatch(deps: RouteDeps, asked: Asked, signal: AbortSignal): Promise<CreatedBatch> {
  const { tenantId, bytes, key } = asked;
  const known = key === undefined ? null : await findBatchByKey(deps.sql, tenantId, key);
  if (known) {
    // Only whether it is the same body is of interest.
    for await (const _ of bytes.chunks) signal.throwIfAborted();
    return { outcome: known.bodySha256 === bytes.sha256() ? "replayed" : "conflict", batch: known.batch };
  }
  return asked.form === "lines" ? submitLines(deps, asked, signal) : submitBody(deps, asked, signal);
}

async function submitLines(deps: RouteDeps, asked: Asked, signal: AbortSignal): Promise<CreatedBatch> {
  const terms = await termsOf(deps, asked, parse(BatchOptions, asked.options, "query"), signal);
  const requests = readLines(asked.bytes.chunks);
  await using received = await receiveRequests(deps, { ...asked, requests }, signal);
  if (received.total === 0) throw new AppError("invalid_request", "There is no request in the body.");
  return await received.accept(terms, keyOf(asked));
}

async function submitBody(deps: RouteDeps, asked: Asked, signal: AbortSignal): Promise<CreatedBatch> {
  const [inQuery] = Object.keys(asked.options);
  if (inQuery !== undefined) {
    throw new AppError("invalid_request", `query: With a JSON body, "${inQuery}" is a field of the body.`);
  }
  const { requests, fields } = readBody(asked.bytes.chunks);
  await using received = await receiveRequests(deps, { ...asked, requests }, signal);
  return await acceptBody(deps, asked, { received, fields }, signal);
}

async function acceptBody(
  deps: RouteDeps,
  asked: Asked,
  { received, fields: { requests, ...fields } }: { received: ReceivedRequests; fields: JsonBody["fields"] },
  signal: AbortSignal,
): Promise<CreatedBatch> {
  const key = keyOf(asked);
  if (requests === undefined && "input_file_id" in fields) {
    const { input_file_id: inputFileId, ...options } = parse(FileBatchBody, fields);
    const { tenantId, by } = asked;
    return createFileBatch(deps.sql, {
      id: newId("bat"),
      tenantId,
      by,
      key,
      terms: await termsOf(deps, asked, options, signal),
      inputFileId,
    });
  }
  const options = parse(BatchOptions, fields);
  if (!Array.isArray(requests)) throw refuse("requests", "A list of requests is wanted, or an input_file_id.");
  if (received.total === 0) throw refuse("requests", "There is no request in it.");
  return received.accept(await termsOf(deps, asked, options, signal), key);
}

async function termsOf(
  deps: RouteDeps,
  { strict }: Asked,
  { webhook, metadata }: BatchOptions,
  signal: AbortSignal,
): Promise<BatchTerms> {
  if (webhook) await checkWebhookUrl(deps, { url: webhook.url, field: "webhook.url" }, signal);
  return { strict, webhook: webhook ?? null, metadata, expiresAt: expiryOf(deps.config) };
}

function keyOf({ key, bytes }: Asked): BatchKey | null {
  return key === undefined ? null : { key, bodySha256: bytes.sha256() };
}

function refuse(path: string, message: string): AppError {
  return new AppError("invalid_request", `body field "${path}": ${message}`, { errors: [{ path, message }] });
}
