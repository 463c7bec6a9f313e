import type { Sql } from "../sql.ts";
import { type ApiKey, ApiKeyRow } from "./api-key-row.ts";

/** Ends a key for good; one that has been revoked before keeps its time. Null where there is no such key. */
export async function revokeApiKey(sql: Sql, id: string): Promise<ApiKey | null> {
  const [row] = await sql.query(
    "update api_keys set revoked_at = coalesce(revoked_at, clock_timestamp()) where id = $1 returning *",
    [id],
  );
  return row ? ApiKeyRow.parse(row) : null;
}
