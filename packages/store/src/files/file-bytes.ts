import type { Sql } from "../sql.ts";
import type { FileStorage } from "./file-storage.ts";

/** No upload takes as long: whoever said that bytes come and never wrote their file has gone. */
const LOST_AFTER_HOURS = 24;

/** Whoever removes bytes, and whoever is about to store the same, take turns. Held until the transaction ends. */
export async function lockBytes(transaction: Sql, storageKey: string): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [storageKey]);
}

/** Says that the bytes of a file are about to be stored: from now on nobody removes such bytes. */
export async function announceBytes(
  sql: Sql,
  { id, tenantId, storageKey }: { id: string; tenantId: string; storageKey: string },
): Promise<void> {
  await sql.transaction(async (transaction) => {
    await lockBytes(transaction, storageKey);
    await transaction.query("insert into arriving_files (id, tenant_id, storage_key) values ($1, $2, $3)", [
      id,
      tenantId,
      storageKey,
    ]);
  });
}

/** Says that the file of announced bytes will not be written; the bytes, if any have come, are to leave. */
export async function disownBytes(sql: Sql, id: string): Promise<void> {
  await sql.query(
    `with disowned as (delete from arriving_files where id = $1 returning storage_key, tenant_id)
     insert into leaving_bytes (storage_key, tenant_id) select storage_key, tenant_id from disowned
     on conflict do nothing`,
    [id],
  );
}

/**
 * Removes bytes that are to leave, unless a file has them again or is about to. Should the storage fail, they are still
 * to leave, and the error is given on.
 */
export async function dropBytes(sql: Sql, files: Pick<FileStorage, "remove">, storageKey: string): Promise<void> {
  await sql.transaction(async (transaction) => {
    await lockBytes(transaction, storageKey);
    const [row] = await transaction.query<{ wanted: boolean }>(
      `select exists (select from files where storage_key = $1)
         or exists (select from arriving_files where storage_key = $1) as wanted`,
      [storageKey],
    );
    if (!row?.wanted) await files.remove(storageKey);
    await transaction.query("delete from leaving_bytes where storage_key = $1", [storageKey]);
  });
}

/** So many keys of bytes that are to leave, those of uploads that were lost with their process among them. */
export async function listLeavingBytes(
  sql: Sql,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  await sql.query(
    `with lost as (
       delete from arriving_files where at < clock_timestamp() - $1 * interval '1 hour' returning storage_key, tenant_id
     )
     insert into leaving_bytes (storage_key, tenant_id) select distinct storage_key, tenant_id from lost
     on conflict do nothing`,
    [LOST_AFTER_HOURS],
  );
  const rows = await sql.query<{ storage_key: string }>(
    "select storage_key from leaving_bytes where storage_key > $1 order by storage_key limit $2",
    [after, limit],
  );
  return rows.map((row) => row.storage_key);
}
