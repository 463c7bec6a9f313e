import type { Sql } from "../sql.ts";
import { type ApiKey, ApiKeyRow } from "./api-key-row.ts";

/** All keys, or those of one tenant, newest first; the revoked and expired ones too. */
export async function listApiKeys(sql: Sql, { tenantId }: { tenantId: string | null }): Promise<ApiKey[]> {
  const rows = await sql.query("select * from api_keys where $1::text is null or tenant_id = $1 order by id desc", [
    tenantId,
  ]);
  return rows.map((row) => ApiKeyRow.parse(row));
}
