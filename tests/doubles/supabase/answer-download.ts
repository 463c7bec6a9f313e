import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Actor, actorOf, mayTouch } from "./access.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { invalidRange, noSuchBucket, noSuchKey, StorageProblem } from "./storage-problem.ts";
import type { StoredObject } from "./stored-objects.ts";

/** A token that does not hold makes its bearer a stranger here, to whom no private bucket exists. */
function strangerOr(exchange: Exchange): Actor | null {
  try {
    return actorOf(exchange.request, exchange.keys);
  } catch (error) {
    if (error instanceof StorageProblem && error.status === 400) return null;
    throw error;
  }
}

function objectFor(exchange: Exchange, actor: Actor | null): StoredObject {
  const { stored, bucket, key } = exchange;
  const isPublic = stored.buckets.get(bucket)?.public;
  if (isPublic === undefined || (actor === null && !isPublic)) throw noSuchBucket();
  const object = stored.of(bucket).get(key);
  if (!object || (actor && !mayTouch(actor, bucket, key))) throw noSuchKey();
  return object;
}

export async function download(exchange: Exchange): Promise<void> {
  await send(exchange, objectFor(exchange, strangerOr(exchange)));
}

export async function downloadAuthenticated(exchange: Exchange): Promise<void> {
  await send(exchange, objectFor(exchange, actorOf(exchange.request, exchange.keys)));
}

export async function downloadPublic(exchange: Exchange): Promise<void> {
  await send(exchange, objectFor(exchange, null));
}

export function info(exchange: Exchange): void {
  const given = exchange.request.headers.authorization !== undefined;
  const object = objectFor(exchange, given ? strangerOr(exchange) : actorOf(exchange.request, exchange.keys));
  const { response, bucket } = exchange;
  const { id, name, version, size, type, cacheControl, etag, userMetadata, createdAt, updatedAt } = object;
  response.setHeader("etag", etag);
  response.setHeader("last-modified", new Date(updatedAt).toUTCString());
  response.setHeader("cache-control", cacheControl);
  const about = { id, name, version, bucket_id: bucket, size, content_type: type, cache_control: cacheControl, etag };
  sendJson(response, { ...about, metadata: userMetadata, last_modified: updatedAt, created_at: createdAt });
}

async function send({ request, response, url, cutAfter }: Exchange, object: StoredObject): Promise<void> {
  const { etag, type, updatedAt, cacheControl, size, path } = object;
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    // A page would run in the project's own origin.
    "content-type": type === "text/html" ? "text/plain" : type,
    etag,
    "x-robots-tag": "none",
    "last-modified": new Date(updatedAt).toUTCString(),
    "cache-control": cacheControl,
  };
  const name = url.searchParams.get("download");
  if (name !== null) headers["content-disposition"] = disposition(name);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { ...headers, "content-length": "0" }).end();
    return;
  }
  const range = rangeOf(request.headers.range, size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers["content-length"] = String(end - start + 1);
  if (range) headers["content-range"] = `bytes ${start}-${end}/${size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === "HEAD" || end < start) response.end();
  else if (cutAfter !== null) await breakOff(response, createReadStream(path, { start, end: start + cutAfter - 1 }));
  else await pipeline(createReadStream(path, { start, end }), response);
}

async function breakOff(response: ServerResponse, part: Readable): Promise<void> {
  await pipeline(part, response, { end: false });
  response.socket?.destroySoon();
}

function disposition(name: string): string {
  const encoded = encodeURIComponent(name);
  return name === "" ? "attachment;" : `attachment; filename=${encoded}; filename*=UTF-8''${encoded}`;
}

function rangeOf(header: string | undefined, size: number): { start: number; end: number } | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined) return null;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || end < start) throw invalidRange();
  return { start, end };
}
