import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import type { JobFile } from "@pharmadb/sandbox";
import { type FileStorage, getFiles, type ResearchRecord, type Sql } from "@pharmadb/store";

/** A job's files as local paths; what was copied for it goes when disposed. */
export type FetchedFiles = AsyncDisposable & { files: JobFile[] };

export async function fetchFiles(
  { file_ids, tenant_id }: Pick<ResearchRecord, "file_ids" | "tenant_id">,
  { sql, files: storage, tempDir }: { sql: Sql; files: FileStorage; tempDir: string },
  signal: AbortSignal,
): Promise<FetchedFiles> {
  if (file_ids.length === 0) return { files: [], [Symbol.asyncDispose]: async () => undefined };
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tempDir, "pharmadb-job-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const stored = await getFiles(sql, tenant_id, file_ids);
  const gone = file_ids.find((id) => !stored.some((file) => file.id === id));
  if (gone !== undefined) throw new AppError("file_unreadable", `The file ${gone} has been deleted.`);
  const files: JobFile[] = [];
  for (const { storage_key, object: _, created_at: __, ...file } of stored) {
    files.push({ ...file, path: await storage.materialize(storage_key, directory, signal) });
  }
  const owned = stack.move();
  return { files, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
