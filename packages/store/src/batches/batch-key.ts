import type { Sql } from "../sql.ts";
import { type BatchRecord, SELECT_BATCH, toBatchRecord } from "./batch-record.ts";

/** The client's key for a submission, and the hash of all that it came with. */
export type BatchKey = { key: string; bodySha256: string };

export type KeyedBatch = { bodySha256: string; batch: BatchRecord };

/** The batch that was made under this key in the last 24 hours. */
export async function findBatchByKey(sql: Sql, tenantId: string, key: string): Promise<KeyedBatch | null> {
  const [row] = await sql.query(
    `select batches.*, body_sha256 from batch_idempotency_keys join (${SELECT_BATCH}) batches on batches.id = batch_id
     where batch_idempotency_keys.tenant_id = $1 and key = $2
       and batch_idempotency_keys.expires_at > clock_timestamp()`,
    [tenantId, key],
  );
  return row ? { bodySha256: String(row.body_sha256), batch: toBatchRecord(row) } : null;
}

/** Gives the key to this batch; false where another one has it. */
export async function takeBatchKey(
  transaction: Sql,
  { tenantId, batchId, key, bodySha256 }: BatchKey & { tenantId: string; batchId: string },
): Promise<boolean> {
  const taken = await transaction.query(
    `insert into batch_idempotency_keys (tenant_id, key, body_sha256, batch_id, expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + interval '24 hours')
     on conflict (tenant_id, key) do update
       set body_sha256 = excluded.body_sha256, batch_id = excluded.batch_id, expires_at = excluded.expires_at
       where batch_idempotency_keys.expires_at <= clock_timestamp()
     returning key`,
    [tenantId, key, bodySha256, batchId],
  );
  return taken.length > 0;
}
