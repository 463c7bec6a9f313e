import type { Sql } from "../sql.ts";

/** Whether there is any key that may be used now. */
export async function hasApiKeys(sql: Sql): Promise<boolean> {
  const rows = await sql.query(
    `select from api_keys
     where revoked_at is null and (expires_at is null or expires_at > clock_timestamp()) limit 1`,
  );
  return rows.length > 0;
}
