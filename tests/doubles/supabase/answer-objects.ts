import { actorOf, mayTouch } from "./access.ts";
import { type Exchange, readJson, sendJson } from "./exchange.ts";
import { invalidRequest, noSuchKey } from "./storage-problem.ts";
import { metadataOf, type StoredObject } from "./stored-objects.ts";

const SORT_COLUMNS = { name: "name", created_at: "createdAt", updated_at: "updatedAt", last_accessed_at: "createdAt" };
const FOLDER = { id: null, updated_at: null, created_at: null, last_accessed_at: null, metadata: null };

type Listing = { name: string; object: StoredObject | null };

/** The level of the tree below a prefix: its objects, and its folders as rows of nothing but a name. */
export async function listObjects(exchange: Exchange): Promise<void> {
  const { request, response, stored, keys, bucket } = exchange;
  const actor = actorOf(request, keys);
  const { prefix, limit = 100, offset = 0, sortBy, search = "" } = await readJson(exchange);
  const { column = "name", order = "asc" } = (sortBy ?? {}) as { column?: string; order?: string };
  if (typeof prefix !== "string") throw invalidRequest("body must have required property 'prefix'");
  if (Number(limit) < 1) throw invalidRequest("body/limit must be >= 1");
  if (!(column in SORT_COLUMNS)) {
    throw invalidRequest("body/sortBy/column must be equal to one of the allowed values");
  }
  const root = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const level = new Map<string, Listing>();
  for (const [key, object] of stored.of(bucket)) {
    if (!mayTouch(actor, bucket, key) || !key.startsWith(root)) continue;
    const [name = "", ...deeper] = key.slice(root.length).split("/");
    if (!name.toLowerCase().startsWith(String(search).toLowerCase())) continue;
    level.set(name, { name, object: deeper.length > 0 ? null : object });
  }
  const field = SORT_COLUMNS[column as keyof typeof SORT_COLUMNS] as "name" | "createdAt" | "updatedAt";
  const sorted = [...level.values()].sort((a, b) => compare(a, b, field));
  if (order === "desc") sorted.reverse();
  sendJson(response, sorted.slice(Number(offset), Number(offset) + Number(limit)).map(listed));
}

/** Folders have no times, and nothing sorts after something. */
function compare(a: Listing, b: Listing, field: "name" | "createdAt" | "updatedAt"): number {
  const sortKey = ({ name, object }: Listing) => (field === "name" ? name : (object?.[field] ?? "\uffff"));
  const byName = a.name < b.name ? -1 : 1;
  return sortKey(a) === sortKey(b) ? byName : sortKey(a) < sortKey(b) ? -1 : 1;
}

function listed({ name, object }: Listing): object {
  if (!object) return { name, ...FOLDER };
  const { id, updatedAt, createdAt } = object;
  const times = { updated_at: updatedAt, created_at: createdAt, last_accessed_at: createdAt };
  return { name, id, ...times, metadata: metadataOf(object) };
}

/** Removes what is there and may be removed, and answers with its rows. */
export async function removeObjects(exchange: Exchange): Promise<void> {
  const { request, response, stored, keys, bucket } = exchange;
  const actor = actorOf(request, keys);
  const { prefixes } = await readJson(exchange);
  if (!Array.isArray(prefixes) || prefixes.length === 0) {
    throw invalidRequest("body/prefixes must NOT have fewer than 1 items");
  }
  const objects = stored.of(bucket);
  const removed = prefixes.sort().flatMap((key: string) => {
    const object = mayTouch(actor, bucket, key) ? objects.get(key) : undefined;
    objects.delete(object ? key : "");
    return object ? [rowOf(bucket, object)] : [];
  });
  sendJson(response, removed);
}

function rowOf(bucket: string, object: StoredObject): object {
  const { id, name, owner, version, updatedAt, createdAt, userMetadata } = object;
  const times = { updated_at: updatedAt, created_at: createdAt, last_accessed_at: createdAt };
  const row = { name, bucket_id: bucket, owner, owner_id: owner, version, id, ...times };
  return { ...row, metadata: metadataOf(object), user_metadata: userMetadata };
}

export function removeObject({ request, response, stored, keys, bucket, key }: Exchange): void {
  const actor = actorOf(request, keys);
  if (!mayTouch(actor, bucket, key) || !stored.of(bucket).delete(key)) throw noSuchKey();
  sendJson(response, { message: "Successfully deleted" });
}
