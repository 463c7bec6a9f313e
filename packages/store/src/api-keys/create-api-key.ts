import { apiKeyPrefix, apiKeySha256, newApiKey, newId, type Scope } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { type ApiKey, ApiKeyRow } from "./api-key-row.ts";

export type NewApiKey = {
  tenantId: string;
  scopes: readonly Scope[];
  name?: string;
  /** Requests a minute; null: as the service is set. */
  ratePerMinute?: number | null;
  expiresAt?: Date | null;
};

/** Makes a key and records it by its hash: what is given here is the only time that the key can be read. */
export async function createApiKey(
  sql: Sql,
  { tenantId, scopes, name = "", ratePerMinute = null, expiresAt = null }: NewApiKey,
): Promise<{ key: string; record: ApiKey }> {
  const key = newApiKey();
  const [row] = await sql.query(
    `insert into api_keys (id, tenant_id, name, key_sha256, prefix, scopes, rate_per_minute, expires_at)
     values ($1, $2, $3, $4, $5, $6::text[], $7, $8) returning *`,
    [newId("key"), tenantId, name, apiKeySha256(key), apiKeyPrefix(key), scopes, ratePerMinute, expiresAt],
  );
  return { key, record: ApiKeyRow.parse(row) };
}
