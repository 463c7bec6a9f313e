import type { Sql } from "../sql.ts";

const TABLES = ["idempotency_keys", "batch_idempotency_keys"] as const;

/** Forgets so many idempotency keys, of jobs and of batches each, that may be used anew; gives their number. */
export async function forgetIdempotencyKeys(sql: Sql, { now, limit }: { now: Date; limit: number }): Promise<number> {
  let forgotten = 0;
  for (const table of TABLES) {
    const rows = await sql.query(
      `delete from ${table} where (tenant_id, key) in (
         select tenant_id, key from ${table} where expires_at <= $1 order by expires_at limit $2 for update skip locked
       ) and expires_at <= $1 returning key`,
      [now, limit],
    );
    forgotten += rows.length;
  }
  return forgotten;
}
