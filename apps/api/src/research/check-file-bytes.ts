import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { AppError } from "@pharmadb/contracts";
import type { JobFile } from "@pharmadb/sandbox";
import type { StoredFile } from "@pharmadb/store";
import type { RouteDeps } from "../deps.ts";

type Complaint = { reason: "file_deleted" | "file_changed"; message: string; recomputed_sha256: null };

export type CheckedFiles = {
  /** Files whose bytes still have the hash of their upload, in the job's order. */
  intact: JobFile[];
  /** What is wrong with the others, by id. */
  complaints: Map<string, Complaint>;
};

/** Fetches a job's files, where they are elsewhere into the directory, and compares their hashes with those taken at upload. */
export async function checkFileBytes(
  { files: storage }: Pick<RouteDeps, "files">,
  { fileIds, files, directory }: { fileIds: readonly string[]; files: readonly StoredFile[]; directory: string },
  signal: AbortSignal,
): Promise<CheckedFiles> {
  const checked: CheckedFiles = { intact: [], complaints: new Map() };
  for (const id of fileIds) {
    const file = files.find((candidate) => candidate.id === id);
    const complain = (reason: Complaint["reason"], message: string) =>
      checked.complaints.set(id, { reason, message, recomputed_sha256: null });
    if (!file) {
      complain("file_deleted", `The file ${id} has been deleted.`);
      continue;
    }
    const hash = createHash("sha256");
    const { storage_key, ...object } = file;
    let path: string;
    try {
      path = await storage.materialize(storage_key, directory, signal);
      await pipeline(createReadStream(path), hash, { signal });
    } catch (error) {
      // A storage that is out says nothing about the file.
      if (signal.aborted || (error instanceof AppError && error.retryable)) throw error;
      complain("file_deleted", `The bytes of ${file.name} cannot be read.`);
      continue;
    }
    if (hash.digest("hex") !== file.sha256) {
      complain("file_changed", `The bytes of ${file.name} are not those that were uploaded.`);
      continue;
    }
    checked.intact.push({ ...object, path });
  }
  return checked;
}
