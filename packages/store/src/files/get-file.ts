import type { Sql } from "../sql.ts";
import { type StoredFile, toStoredFile } from "./file-row.ts";

/** The tenant's file of this id. */
export async function getFile(sql: Sql, tenantId: string, id: string): Promise<StoredFile | null> {
  const [file] = await getFiles(sql, tenantId, [id]);
  return file ?? null;
}

/** Those of the ids that are the tenant's files, in the order asked for. */
export async function getFiles(sql: Sql, tenantId: string, ids: readonly string[]): Promise<StoredFile[]> {
  const rows = await sql.query(
    `select files.* from unnest($2::text[]) with ordinality as wanted (id, position)
     join files on files.id = wanted.id and tenant_id = $1 order by position`,
    [tenantId, ids],
  );
  return rows.map(toStoredFile);
}
