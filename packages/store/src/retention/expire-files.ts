import { firstId } from "@pharmadb/contracts";
import { type DeletedFile, deleteFileUnless, NAMED } from "../files/delete-file.ts";
import type { Sql } from "../sql.ts";

export type OldFile = { id: string; tenantId: string; isNamed: boolean };

/** So many files that were uploaded before a time, after this id, and whether a job or a batch is left that names them. */
export async function listOldFiles(
  sql: Sql,
  { before, after, limit }: { before: Date; after: string; limit: number },
): Promise<OldFile[]> {
  const rows = await sql.query<{ id: string; tenant_id: string; is_named: boolean }>(
    `select id, tenant_id, ${NAMED} as is_named
     from (
       select id, tenant_id from files where id > $1 and id < $2 and created_at < $3 order by id limit $4
     ) files`,
    [after, firstId("file", before.getTime()), before, limit],
  );
  return rows.map((row) => ({ id: row.id, tenantId: row.tenant_id, isNamed: row.is_named }));
}

/** Deletes a file that nothing names; its bytes are to leave then, if no other file has them. */
export async function expireFile(sql: Sql, { id, tenantId }: Pick<OldFile, "id" | "tenantId">): Promise<DeletedFile> {
  return sql.transaction(async (transaction) => {
    const result = await deleteFileUnless(transaction, NAMED, { tenantId, id });
    if (result.outcome === "deleted") {
      await transaction.query(
        `insert into audit_log (id, tenant_id, actor_kind, actor_id, action, target_type, target_id)
         values (new_id('aud'), $1, 'system', 'retention', 'file.expired', 'file', $2)`,
        [tenantId, id],
      );
    }
    return result;
  });
}
