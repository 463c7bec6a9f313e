import type { FileObject } from "@pharmadb/contracts";
import {
  type Actor,
  announceBytes,
  createFile,
  disownBytes,
  dropBytes,
  fileStorageKey,
  withAudit,
} from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { RouteDeps } from "../deps.ts";

type KeepDeps = Pick<RouteDeps, "sql" | "files">;

/** Stores the bytes at `path` and the record of the file together: without the record the bytes do not stay. */
export async function keepFile(
  { sql, files }: KeepDeps,
  { tenantId, file, path, by }: { tenantId: string; file: FileObject; path: string; by: Actor },
  log: Logger,
): Promise<FileObject> {
  const storageKey = fileStorageKey(tenantId, file.sha256);
  await announceBytes(sql, { id: file.id, tenantId, storageKey });
  try {
    await files.put(storageKey, path);
    return await withAudit(
      sql,
      (transaction) => createFile(transaction, { tenantId, file, storageKey }),
      ({ id, bytes, sha256 }) => ({
        actor: by,
        action: "file.uploaded",
        target: { type: "file", id },
        details: { bytes, sha256 },
      }),
    );
  } catch (error) {
    // Another file may have the same bytes, or the record has this one and only its answer was lost. Where that cannot
    // be found out now, maintenance finds it out later.
    await disownBytes(sql, file.id)
      .then(() => dropBytes(sql, files, storageKey))
      .catch((failure: unknown) => log.warn("bytes without a file are left", { storage_key: storageKey, failure }));
    throw error;
  }
}
