import type { Sql } from "../sql.ts";

export type DeletedFile =
  | {
      outcome: "deleted";
      storageKey: string;
      /** Whether no other file has these bytes, so that they can go. */
      lastUse: boolean;
    }
  | { outcome: "in_use" }
  | { outcome: "missing" };

/** Deletes a file that no unfinished job or batch uses. */
export async function deleteFile(sql: Sql, tenantId: string, id: string): Promise<DeletedFile> {
  return sql.transaction(async (transaction) => {
    // Locked first and looked at by a later statement, which then sees every job that was submitted with it.
    const [file] = await transaction.query<{ storage_key: string }>(
      "select storage_key from files where tenant_id = $1 and id = $2 for update",
      [tenantId, id],
    );
    if (!file) return { outcome: "missing" };
    // Two deletions of files with the same bytes must not each take the other for a user.
    await transaction.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [file.storage_key]);
    const deleted = await transaction.query(
      `delete from files where id = $1 and not exists (
         select from research where file_ids @> array[$1::text] and file_ids <> '{}' and status in ('queued', 'running')
       ) and not exists (
         select from batch_files join batches on batches.id = batch_id where file_id = $1 and finished_at is null
       ) and not exists (
         select from batches where input_file_id = $1 and status = 'validating'
       ) returning id`,
      [id],
    );
    if (deleted.length === 0) return { outcome: "in_use" };
    const others = await transaction.query("select from files where storage_key = $1 limit 1", [file.storage_key]);
    return { outcome: "deleted", storageKey: file.storage_key, lastUse: others.length === 0 };
  });
}
