import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "@pharmadb/contracts";
import { StorageApiError } from "@supabase/supabase-js";
import type { FileStorage } from "../files/file-storage.ts";
import { storageSegments } from "../files/storage-segments.ts";
import { openBucket } from "./open-bucket.ts";
import { type RetryPolicy, retried, waitToRetry } from "./retry.ts";
import { createStorageClient, type StorageClient, type StorageClientOptions } from "./storage-client.ts";
import { toStorageError } from "./storage-error.ts";

export type SupabaseFilesOptions = Pick<StorageClientOptions, "url" | "serviceKey" | "maxConnections"> & {
  bucket: string;
  timing?: Partial<RetryPolicy & Pick<StorageClientOptions, "silenceMs">>;
};

const TIMING = { silenceMs: 60_000, attempts: 5, baseMs: 250 };

/** Keeps the bytes of files in a private bucket of Supabase Storage, which is made where it is missing. */
export async function openSupabaseFiles({ bucket, timing, ...project }: SupabaseFilesOptions): Promise<FileStorage> {
  const { silenceMs, ...policy } = { ...TIMING, ...timing };
  const client = createStorageClient({ ...project, silenceMs });
  await openBucket(client, bucket, policy);
  const ever = new AbortController().signal;
  const deps = { client, bucket, policy };

  return {
    async put(key, sourcePath) {
      // The client puts keys into addresses as they are; one with `..` would reach into other buckets.
      storageSegments(key);
      const { size } = await stat(sourcePath);
      await asAppError(async () => {
        // Equal bytes have one key, so nothing that is there has to be sent again.
        if (!(await retried(() => isThere(deps, key, size), policy, ever))) {
          await retried(() => upload(deps, { key, sourcePath, size }), policy, ever);
        }
      });
      await rm(sourcePath);
    },
    read(key, range) {
      storageSegments(key);
      return readableOf((signal) => download(deps, key, range ?? {}, signal));
    },
    async materialize(key, directory, signal) {
      const sha256 = storageSegments(key).at(-1) ?? "";
      const path = join(directory, randomUUID());
      const hash = createHash("sha256");
      async function* hashed() {
        for await (const chunk of download(deps, key, {}, signal)) {
          hash.update(chunk);
          yield chunk;
        }
      }
      try {
        await pipeline(hashed(), createWriteStream(path, { flags: "wx", mode: 0o600 }), { signal });
        if (isSha256(sha256) && hash.digest("hex") !== sha256) {
          throw new AppError("file_unreadable", "The bytes in the storage are not those that were uploaded.");
        }
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return path;
    },
    async remove(key) {
      storageSegments(key);
      await asAppError(() =>
        retried(() => client(ever, (storage) => storage.from(bucket).remove([key])), policy, ever),
      );
    },
  };
}

type Deps = { client: StorageClient; bucket: string; policy: RetryPolicy };

async function isThere({ client, bucket }: Deps, key: string, size: number): Promise<boolean> {
  try {
    const info = await client(new AbortController().signal, (storage) => storage.from(bucket).info(key));
    return info.size === size;
  } catch (error) {
    if (error instanceof StorageApiError && error.code === "NoSuchKey") return false;
    throw error;
  }
}

type Source = { key: string; sourcePath: string; size: number };

async function upload({ client, bucket }: Deps, { key, sourcePath, size }: Source): Promise<void> {
  const chunks = chunksOf(sourcePath);
  try {
    const { fullPath } = await client(new AbortController().signal, (storage) =>
      storage.from(bucket).upload(key, ReadableStream.from(chunks), {
        contentType: "application/octet-stream",
        // A second try finds what the first one stored, or another process the same bytes.
        upsert: true,
        // A refused upload leaves its connection with bytes in it that nobody reads: none is used twice.
        headers: { "content-length": String(size), connection: "close" },
      }),
    );
    if (fullPath !== `${bucket}/${key}`) throw new Error(`The storage put ${key} elsewhere: ${fullPath}`);
  } finally {
    await chunks.return();
  }
}

/** The file's bytes; it is opened by whoever asks for the first ones, which is once there is a connection for them. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path);
}

/** The bytes of the range. Where an answer breaks off, the next one goes on behind it: stored bytes never change. */
async function* download(
  { client, bucket, policy }: Deps,
  key: string,
  { start = 0, end }: { start?: number; end?: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  for (let failures = 0; ; ) {
    const from = at;
    try {
      const stream = await client(signal, (storage) => {
        const files = storage.from(bucket);
        if (from > 0 || end !== undefined) files.setHeader("range", `bytes=${from}-${end ?? ""}`);
        return files.download(key).asStream();
      });
      for await (const chunk of stream as ReadableStream<Uint8Array>) {
        at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      failures = at > from ? 1 : failures + 1;
      await waitToRetry(error, { attempt: failures, policy }, signal).catch((refused) => {
        signal.throwIfAborted();
        throw toStorageError(refused);
      });
    }
  }
}

/** A stream of what the generator gives; leaving the stream aborts it, also in the middle of a wait for bytes. */
function readableOf(generate: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void, undefined>): Readable {
  const stop = new AbortController();
  const chunks = generate(stop.signal);
  return new Readable({
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      stop.abort();
      const done = () => callback(error);
      chunks.return().then(done, done);
    },
  });
}

async function asAppError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error);
  }
}

function isSha256(segment: string): boolean {
  return /^[0-9a-f]{64}$/.test(segment);
}
