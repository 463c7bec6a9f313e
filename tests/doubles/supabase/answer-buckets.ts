import { actorOf } from "./access.ts";
import { type Exchange, readJson, sendJson } from "./exchange.ts";
import { exists, hiddenByPolicy, noSuchBucket, StorageProblem, tooLarge } from "./storage-problem.ts";
import type { Bucket } from "./stored-objects.ts";

const UNITS: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

function bytesOf(limit: unknown): number | null {
  if (limit === undefined || limit === null) return null;
  const [, digits = "0", unit = "B"] = /^(\d+)\s*([KMG]?B)?$/i.exec(String(limit)) ?? [];
  return Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
}

function shown({ id, public: isPublic, fileSizeLimit, allowedTypes, createdAt, updatedAt }: Bucket, more = {}) {
  const limits = { file_size_limit: fileSizeLimit, allowed_mime_types: allowedTypes };
  return {
    id,
    name: id,
    owner: "",
    public: isPublic,
    ...more,
    ...limits,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** The bucket as the actor sees it: only the service sees any. */
function visible({ request, keys, stored, bucket }: Exchange): Bucket {
  const { role } = actorOf(request, keys);
  const found = role === "service_role" ? stored.buckets.get(bucket) : undefined;
  if (!found) throw noSuchBucket();
  return found;
}

export async function createBucket(exchange: Exchange): Promise<void> {
  const { request, response, keys, stored, fileSizeLimit } = exchange;
  const { role } = actorOf(request, keys);
  const body = await readJson(exchange);
  const id = String(body.id ?? body.name);
  if (!/^[\w!\-.*'() &$@=;:+,?]{1,100}$/.test(id)) {
    throw new StorageProblem("400", "Invalid Input", "Bucket name invalid", "InvalidBucketName");
  }
  const limit = bytesOf(body.file_size_limit);
  if (limit !== null && limit > fileSizeLimit) throw tooLarge();
  if (role !== "service_role") throw hiddenByPolicy();
  if (stored.buckets.has(id)) throw exists("BucketAlreadyExists");
  const now = new Date().toISOString();
  const allowedTypes = (body.allowed_mime_types as string[] | undefined) ?? null;
  const times = { createdAt: now, updatedAt: now };
  stored.buckets.set(id, { id, public: body.public === true, fileSizeLimit: limit, allowedTypes, ...times });
  sendJson(response, { name: id });
}

export function listBuckets({ request, response, keys, stored }: Exchange): void {
  const all = actorOf(request, keys).role === "service_role" ? [...stored.buckets.values()] : [];
  sendJson(
    response,
    all.map((bucket) => shown(bucket, { type: "STANDARD" })),
  );
}

export function getBucket(exchange: Exchange): void {
  sendJson(exchange.response, shown(visible(exchange)));
}

export async function updateBucket(exchange: Exchange): Promise<void> {
  const bucket = visible(exchange);
  const body = await readJson(exchange);
  bucket.public = body.public === true;
  bucket.fileSizeLimit = bytesOf(body.file_size_limit);
  bucket.allowedTypes = (body.allowed_mime_types as string[] | undefined) ?? null;
  bucket.updatedAt = new Date().toISOString();
  sendJson(exchange.response, { message: "Successfully updated" });
}

export function emptyBucket(exchange: Exchange): void {
  exchange.stored.of(visible(exchange).id).clear();
  sendJson(exchange.response, { message: "Empty bucket has been queued. Completion may take up to an hour." });
}

export function deleteBucket(exchange: Exchange): void {
  const { id } = visible(exchange);
  if (exchange.stored.of(id).size > 0) {
    const message = "The bucket you tried to delete is not empty";
    throw new StorageProblem("409", "ResourceNotEmpty", message, "ResourceNotEmpty");
  }
  exchange.stored.buckets.delete(id);
  sendJson(exchange.response, { message: "Successfully deleted" });
}
