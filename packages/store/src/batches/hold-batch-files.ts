import type { Sql } from "../sql.ts";

/** Notes that a batch needs these files, and gives those of them that are the tenant's. */
export async function holdBatchFiles(
  sql: Sql,
  { id, tenantId }: { id: string; tenantId: string },
  fileIds: readonly string[],
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `with found as (
       select id from files where tenant_id = $2 and id = any ($3::text[]) order by id for key share
     ),
     held as (
       insert into batch_files (batch_id, file_id, tenant_id) select $1, id, $2 from found on conflict do nothing
     )
     select id from found`,
    [id, tenantId, fileIds],
  );
  return rows.map((row) => row.id);
}
