import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { actorOf, mayTouch } from "./access.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { exists, hiddenByPolicy, invalidKey, noSuchBucket, refusedType, tooLarge } from "./storage-problem.ts";
import type { Bucket, StoredObject } from "./stored-objects.ts";

const KEY = /^[\w/!\-.*'() &$@=;:+,?]+$/;

type Sent = Pick<StoredObject, "type" | "cacheControl" | "userMetadata"> & { body: Readable };

/**
 * POST stores a new object, or another one in its place where `x-upsert` says so; PUT does either. Whatever can be
 * refused by the headers is refused before the body is read.
 */
export async function upload(exchange: Exchange): Promise<void> {
  const { request, response, stored, keys, bucket: bucketId, key } = exchange;
  const actor = actorOf(request, keys);
  if (!KEY.test(key)) throw invalidKey(key);
  const bucket = stored.buckets.get(bucketId);
  if (!bucket) throw noSuchBucket();
  if (!mayTouch(actor, bucketId, key)) throw hiddenByPolicy();
  const objects = stored.of(bucketId);
  const replaces = request.method === "PUT" || request.headers["x-upsert"] === "true";
  if (objects.has(key) && !replaces) throw exists("KeyAlreadyExists");
  const limit = bucket.fileSizeLimit ?? exchange.fileSizeLimit;
  const isForm = request.headers["content-type"]?.startsWith("multipart/form-data") ?? false;
  if (!isForm && Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const { body, type, ...sent } = isForm ? await readForm(exchange) : readRaw(exchange);
  if (!allows(bucket, type)) throw refusedType(type);
  const written = await stored.write(body, limit);
  const now = new Date().toISOString();
  const before = objects.get(key);
  const object = { id: before?.id ?? randomUUID(), createdAt: before?.createdAt ?? now, updatedAt: now };
  const about = { name: key, version: randomUUID(), owner: actor.sub, type, ...sent };
  objects.set(key, { ...object, ...about, ...written });
  sendJson(response, { Key: `${bucketId}/${key}`, Id: object.id });
}

function readRaw({ request }: Exchange): Sent {
  const { "content-type": type, "cache-control": cacheControl, "x-metadata": metadata } = request.headers;
  return {
    body: request,
    type: type ?? "application/octet-stream",
    cacheControl: cacheControl ?? "no-cache",
    userMetadata: typeof metadata === "string" ? JSON.parse(Buffer.from(metadata, "base64").toString()) : {},
  };
}

async function readForm({ request }: Exchange): Promise<Sent> {
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(new Uint8Array(await buffer(request)), { headers }).formData();
  const file = form.get("");
  if (!(file instanceof Blob)) throw invalidKey("");
  return {
    body: Readable.from([Buffer.from(await file.arrayBuffer())]),
    type: file.type,
    cacheControl: `max-age=${form.get("cacheControl")}`,
    userMetadata: JSON.parse(String(form.get("metadata") ?? "{}")),
  };
}

/** The whole header counts, its parameters too. */
function allows({ allowedTypes }: Bucket, type: string): boolean {
  return (
    allowedTypes?.some((each) => each === type || (each.endsWith("/*") && type.startsWith(each.slice(0, -1)))) ?? true
  );
}
