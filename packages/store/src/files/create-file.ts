import type { FileObject } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toFileObject, toStoredFile } from "./file-row.ts";

/** Records an uploaded file whose bytes have been put under `storageKey`, and ends their announcement. */
export async function createFile(
  sql: Sql,
  { tenantId, file, storageKey }: { tenantId: string; file: FileObject; storageKey: string },
): Promise<FileObject> {
  const [row] = await sql.query(
    `with arrived as (delete from arriving_files where id = $1)
     insert into files (id, tenant_id, name, bytes, sha256, media_type, kind, profile, storage_key, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10) returning *`,
    [
      file.id,
      tenantId,
      file.name,
      file.bytes,
      file.sha256,
      file.media_type,
      file.kind,
      JSON.stringify(file.profile),
      storageKey,
      file.created_at,
    ],
  );
  return toFileObject(toStoredFile(row));
}
