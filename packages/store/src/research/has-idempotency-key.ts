import type { Sql } from "../sql.ts";

/** Whether the tenant has submitted something under this key within 24 hours, so that it makes no new job. */
export async function hasIdempotencyKey(sql: Sql, tenantId: string, key: string): Promise<boolean> {
  const rows = await sql.query(
    "select from idempotency_keys where tenant_id = $1 and key = $2 and expires_at > clock_timestamp()",
    [tenantId, key],
  );
  return rows.length > 0;
}
