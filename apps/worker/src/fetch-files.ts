import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MissingFile } from "@pharmadb/agents";
import { AppError, mapWithLimit } from "@pharmadb/contracts";
import type { JobFile } from "@pharmadb/sandbox";
import { type FileStorage, getFiles, type ResearchRecord, type Sql, type StoredFile } from "@pharmadb/store";

/** A job's files as local paths, in the job's order; what was copied for it goes when disposed. */
export type FetchedFiles = AsyncDisposable & { files: JobFile[]; missing: MissingFile[] };

type Fetched = { file: JobFile } | { missing: MissingFile; mayPass: boolean };

/** Of one job; how many are fetched at once in all is the storage's to limit. */
const PARALLEL_FETCHES = 5;

/**
 * Fetches a job's files. One that cannot be had is told of and leaves the others be.
 *
 * @throws AppError where files were asked for and none can be had.
 */
export async function fetchFiles(
  { file_ids, tenant_id }: Pick<ResearchRecord, "file_ids" | "tenant_id">,
  { sql, files: storage, tempDir }: { sql: Sql; files: Pick<FileStorage, "materialize">; tempDir: string },
  signal: AbortSignal,
): Promise<FetchedFiles> {
  if (file_ids.length === 0) return { files: [], missing: [], [Symbol.asyncDispose]: async () => undefined };
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tempDir, "pharmadb-job-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const stored = new Map((await getFiles(sql, tenant_id, file_ids)).map((file) => [file.id, file]));
  const fetched = await mapWithLimit(file_ids, PARALLEL_FETCHES, (id) =>
    fetchOne(id, stored.get(id), { storage, directory }, signal),
  );
  const files = fetched.flatMap((each) => ("file" in each ? each.file : []));
  if (files.length === 0) throw noFiles(fetched);
  const missing = fetched.flatMap((each) => ("missing" in each ? each.missing : []));
  const owned = stack.move();
  return { files, missing, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function fetchOne(
  id: string,
  stored: StoredFile | undefined,
  { storage, directory }: { storage: Pick<FileStorage, "materialize">; directory: string },
  signal: AbortSignal,
): Promise<Fetched> {
  if (!stored) return { missing: { name: id, reason: "It has been deleted." }, mayPass: false };
  const { storage_key, object: _, created_at: __, ...file } = stored;
  try {
    return { file: { ...file, path: await storage.materialize(storage_key, directory, signal) } };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof AppError ? error.message : "Its bytes cannot be read.";
    return { missing: { name: `${file.name} (${id})`, reason }, mayPass: error instanceof AppError && error.retryable };
  }
}

/** A storage that is out may be back for the next attempt; files that are gone will not. */
function noFiles(fetched: readonly Fetched[]): AppError {
  const failures = fetched.flatMap((each) => ("missing" in each ? each : []));
  const names = failures.map(({ missing: { name, reason } }) => `${name}: ${reason}`);
  const code = failures.some(({ mayPass }) => mayPass) ? "unavailable" : "file_unreadable";
  return new AppError(code, `None of the job's files can be read. ${names.join(" ")}`);
}
