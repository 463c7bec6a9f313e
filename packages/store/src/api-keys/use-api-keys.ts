import type { Sql } from "../sql.ts";
import { type ApiKey, ApiKeyRow } from "./api-key-row.ts";

/**
 * The keys of these hashes, each in the place of its hash and null where there is none that may be used now. Notes that
 * they are used, once a minute at most, so that a key in use costs the record next to nothing. Rows that another
 * process is just noting are skipped: two statements with some of the same keys never wait for each other.
 */
export async function useApiKeys(sql: Sql, hashes: readonly string[]): Promise<(ApiKey | null)[]> {
  const rows = await sql.query<{ key_sha256: string }>(
    `with usable as (
       select * from api_keys
       where key_sha256 = any ($1::text[]) and revoked_at is null
         and (expires_at is null or expires_at > clock_timestamp())
     ),
     noted as (
       update api_keys set last_used_at = clock_timestamp() where id in (
         select id from api_keys
         where id in (select id from usable)
           and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
         for update skip locked
       )
     )
     select * from usable`,
    [hashes],
  );
  const byHash = new Map(rows.map((row) => [row.key_sha256, ApiKeyRow.parse(row)]));
  return hashes.map((hash) => byHash.get(hash) ?? null);
}
