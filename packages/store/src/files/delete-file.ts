import { HELD } from "../retention/hold.ts";
import type { Sql } from "../sql.ts";
import { lockBytes } from "./file-bytes.ts";

export type DeletedFile =
  | {
      outcome: "deleted";
      storageKey: string;
      /** Whether no other file has these bytes, so that they are to leave. */
      lastUse: boolean;
    }
  | { outcome: "in_use" }
  | { outcome: "missing" };

const SCHEDULED = "exists (select from schedules where file_ids @> array[files.id] and file_ids <> '{}')";

const NEEDED = `
  exists (
    select from research
    where file_ids @> array[files.id] and file_ids <> '{}' and (status in ('queued', 'running') or ${HELD})
  ) or exists (
    select from batch_files join batches on batches.id = batch_id where file_id = files.id and (finished_at is null or ${HELD})
  ) or exists (
    select from batches where input_file_id = files.id and (status = 'validating' or ${HELD})
  ) or ${SCHEDULED}`;

/** Whether anything is left that names the file, finished or not. */
export const NAMED = `
  exists (select from research where file_ids @> array[files.id] and file_ids <> '{}')
  or exists (select from batch_files where file_id = files.id)
  or exists (select from batches where input_file_id = files.id)
  or ${SCHEDULED}`;

/** Deletes a file that no schedule uses, and no job or batch which has not ended or is held. */
export async function deleteFile(sql: Sql, tenantId: string, id: string): Promise<DeletedFile> {
  return sql.transaction((transaction) => deleteFileUnless(transaction, NEEDED, { tenantId, id }));
}

/** Deletes a file of which this condition on its row does not hold. */
export async function deleteFileUnless(
  transaction: Sql,
  condition: string,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<DeletedFile> {
  // Locked first and looked at by a later statement, which then sees every job that was submitted with it.
  const [file] = await transaction.query<{ storage_key: string }>(
    "select storage_key from files where tenant_id = $1 and id = $2 for update",
    [tenantId, id],
  );
  if (!file) return { outcome: "missing" };
  // Two deletions of files with the same bytes must not each take the other for a user.
  await lockBytes(transaction, file.storage_key);
  const deleted = await transaction.query(`delete from files where id = $1 and not (${condition}) returning id`, [id]);
  if (deleted.length === 0) return { outcome: "in_use" };
  const left = await transaction.query(
    `insert into leaving_bytes (storage_key, tenant_id)
     select $1, $2 where not exists (select from files where storage_key = $1)
     on conflict (storage_key) do update set at = clock_timestamp()
     returning storage_key`,
    [file.storage_key, tenantId],
  );
  return { outcome: "deleted", storageKey: file.storage_key, lastUse: left.length > 0 };
}
