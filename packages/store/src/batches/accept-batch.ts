import { AppError, type ResearchError } from "@pharmadb/contracts";
import type { Actor } from "../audit/new-audit-entry.ts";
import { writeAudit } from "../audit/write-audit.ts";
import { metadataText } from "../research/metadata.ts";
import type { Sql } from "../sql.ts";
import { type BatchKey, findBatchByKey, takeBatchKey } from "./batch-key.ts";
import { type BatchRecord, toBatchRecord } from "./batch-record.ts";
import type { OwnedBatch } from "./receive-batch.ts";

/** What holds for a batch as a whole. */
export type BatchTerms = {
  strict: boolean;
  webhook: { url: string } | null;
  metadata: Record<string, string>;
  expiresAt: Date | null;
};

export type CreatedBatch = { outcome: "created" | "replayed" | "conflict"; batch: BatchRecord };

/** Another submission has the key. Thrown to undo what this one has written. */
class KeyTaken extends Error {}

// What cannot run at all has failed, and then what would have run counts as cancelled.
const ACCEPT = `
  with judged as (
    select id, total, invalid, strict and invalid > 0 as refused, (strict and invalid > 0) or invalid = total as failed
    from batches
    where id = $1 and owner = $2 and status in ('receiving', 'validating') for no key update
  )
  update batches set
    status = case when judged.failed then 'failed' else 'running' end,
    queued = case when judged.failed then 0 else queued end,
    cancelled = case when judged.failed then queued else 0 end,
    error = case when judged.failed then json_build_object(
      'code', 'invalid_request',
      'message', case
        when judged.total = 0 then 'There is no request in it.'
        when refused then judged.invalid || ' of ' || judged.total || ' requests are not valid, and the batch is strict.'
        else 'None of its ' || judged.total || ' requests is valid.'
      end,
      'retryable', false
    ) end,
    finished_at = case when judged.failed then clock_timestamp() end,
    version = version + 1,
    owner = null,
    heartbeat_at = null
  from judged where batches.id = judged.id
  returning batches.*`;

/** Lets a batch run whose lines have all been taken in; null where it is no longer the owner's. */
export async function acceptBatch(sql: Sql, { id, owner }: OwnedBatch): Promise<BatchRecord | null> {
  const [row] = await sql.query(ACCEPT, [id, owner]);
  return row ? toBatchRecord(row) : null;
}

/**
 * Accepts a batch that has been received in full, under its client's key where there is one. Where another batch has
 * the key, that one is given, and this one is gone.
 *
 * @throws AppError `unavailable` where the batch has been taken for abandoned.
 */
export async function acceptReceivedBatch(
  sql: Sql,
  {
    tenantId,
    by,
    key,
    terms,
    ...owned
  }: OwnedBatch & {
    tenantId: string;
    by?: Actor;
    key: BatchKey | null;
    terms: BatchTerms;
  },
): Promise<CreatedBatch> {
  const accept = async (transaction: Sql) => {
    await setTerms(transaction, owned, terms);
    const batch = await acceptBatch(transaction, owned);
    if (!batch) throw new AppError("unavailable", "The batch came too slowly and has been given up. Send it again.");
    return batch;
  };
  const result = await createUnderKey(sql, { tenantId, batchId: owned.id, by, key }, accept);
  if (result.outcome !== "created") await sql.query("delete from batches where id = $1", [owned.id]);
  return result;
}

/** Begins a batch whose lines are in a file; a worker takes them in. */
export async function createFileBatch(
  sql: Sql,
  batch: { id: string; tenantId: string; by?: Actor; key: BatchKey | null; terms: BatchTerms; inputFileId: string },
): Promise<CreatedBatch> {
  const { id, tenantId, by, key, terms, inputFileId } = batch;
  return createUnderKey(sql, { tenantId, batchId: id, by, key }, async (transaction) => {
    const [row] = await transaction.query(
      `insert into batches (id, tenant_id, status, input_file_id)
       select $1, $2, 'validating', id from files where id = $3 and tenant_id = $2 for key share
       returning *`,
      [id, tenantId, inputFileId],
    );
    if (!row) throw noSuchFile();
    const [set] = await setTerms(transaction, { id, owner: null }, terms);
    return toBatchRecord(set);
  });
}

function noSuchFile(): AppError {
  const errors = [{ path: "input_file_id", message: "There is no such file." }];
  return new AppError("invalid_request", 'body field "input_file_id": There is no such file.', { errors });
}

function setTerms(
  transaction: Sql,
  { id, owner }: { id: string; owner: string | null },
  { strict, webhook, metadata, expiresAt }: BatchTerms,
) {
  return transaction.query(
    `update batches set strict = $3, webhook = $4::json, metadata = $5::jsonb, expires_at = $6
     where id = $1 and owner is not distinct from $2 returning *`,
    [id, owner, strict, webhook && JSON.stringify(webhook), metadataText(metadata), expiresAt],
  );
}

/** Does `create` together with taking the key; where that is taken, undoes it and gives the batch that has the key. */
async function createUnderKey(
  sql: Sql,
  { tenantId, batchId, by, key }: { tenantId: string; batchId: string; by: Actor | undefined; key: BatchKey | null },
  create: (transaction: Sql) => Promise<BatchRecord>,
): Promise<CreatedBatch> {
  for (;;) {
    try {
      const batch = await sql.transaction(async (transaction) => {
        const created = await create(transaction);
        if (key && !(await takeBatchKey(transaction, { tenantId, batchId, ...key }))) throw new KeyTaken();
        if (by) {
          const target = { type: "batch", id: batchId };
          await writeAudit(transaction, [{ actor: by, action: "batch.submitted", target }]);
        }
        return created;
      });
      return { outcome: "created", batch };
    } catch (error) {
      if (!(error instanceof KeyTaken) || !key) throw error;
    }
    const found = await findBatchByKey(sql, tenantId, key.key);
    if (found) return { outcome: found.bodySha256 === key.bodySha256 ? "replayed" : "conflict", batch: found.batch };
    // Deleted a moment ago, and the key with it.
  }
}

/** Ends a batch whose lines cannot be taken in. */
export async function failBatch(
  sql: Sql,
  { id, owner, error }: OwnedBatch & { error: ResearchError },
): Promise<BatchRecord | null> {
  const [row] = await sql.query(
    `update batches set
       status = 'failed', error = $3::json, cancelled = queued, queued = 0, finished_at = clock_timestamp(),
       version = version + 1, owner = null, heartbeat_at = null
     where id = $1 and owner = $2 and status = 'validating'
     returning *`,
    [id, owner, JSON.stringify(error)],
  );
  return row ? toBatchRecord(row) : null;
}
