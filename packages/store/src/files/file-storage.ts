import type { Readable } from "node:stream";

/** Where the bytes of files are. Keys are segments of letters, digits, `_`, `-` and `.`, joined by slashes. */
export type FileStorage = {
  /** Stores the file at `sourcePath`, which is gone afterwards. Readers see the whole of it or nothing. */
  put(key: string, sourcePath: string): Promise<void>;
  /** The bytes, or those from `start` to `end`, both included. */
  read(key: string, range?: { start: number; end: number }): Readable;
  /** A local path of the bytes, read only: their own where they are local, else a copy in `directory`. */
  materialize(key: string, directory: string, signal: AbortSignal): Promise<string>;
  /** Removes the bytes; those that are gone already are no error. */
  remove(key: string): Promise<void>;
};

/** The key of a file's bytes: equal bytes of one tenant have one key and are stored once. */
export function fileStorageKey(tenantId: string, sha256: string): string {
  return `${tenantId}/${sha256}`;
}
