import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tooLarge } from "./storage-problem.ts";

export type Bucket = {
  id: string;
  public: boolean;
  fileSizeLimit: number | null;
  allowedTypes: string[] | null;
  createdAt: string;
  updatedAt: string;
};

export type StoredObject = {
  id: string;
  name: string;
  version: string;
  owner: string;
  size: number;
  etag: string;
  type: string;
  cacheControl: string;
  userMetadata: object;
  createdAt: string;
  updatedAt: string;
  /** When the bytes were written, a moment before the row says so. */
  writtenAt: string;
  /** Where the bytes are on this machine. */
  path: string;
};

/** The bytes of one upload on the disk, with what is known of them. */
type Written = Pick<StoredObject, "size" | "etag" | "path" | "writtenAt">;

export type StoredObjects = AsyncDisposable & {
  buckets: Map<string, Bucket>;
  /** The objects of a bucket by key. */
  of(bucket: string): Map<string, StoredObject>;
  /** Takes the bytes in; nothing of them stays where they are more than the limit. */
  write(body: Readable, limit: number): Promise<Written>;
};

export async function openStoredObjects(): Promise<StoredObjects> {
  const directory = await mkdtemp(join(tmpdir(), "supabase-double-"));
  const objects = new Map<string, Map<string, StoredObject>>();
  return {
    buckets: new Map(),
    of(bucket) {
      const known = objects.get(bucket) ?? new Map();
      objects.set(bucket, known);
      return known;
    },
    async write(body, limit) {
      const path = join(directory, randomUUID());
      const hash = createHash("md5");
      let size = 0;
      async function* measured() {
        // A body that is refused in its middle stays open, so that its sender can read why.
        for await (const chunk of body.iterator({ destroyOnReturn: false })) {
          size += chunk.length;
          if (size > limit) throw tooLarge();
          hash.update(chunk);
          yield chunk;
        }
      }
      try {
        await pipeline(measured, createWriteStream(path));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return { size, etag: `"${hash.digest("hex")}"`, path, writtenAt: new Date().toISOString() };
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The metadata of an object as lists show it. */
export function metadataOf({ etag, size, type, cacheControl, writtenAt }: StoredObject): object {
  return {
    eTag: etag,
    size,
    mimetype: type,
    cacheControl,
    lastModified: writtenAt,
    contentLength: size,
    httpStatusCode: 200,
  };
}
