import type { Sql } from "../sql.ts";
import { HELD } from "./hold.ts";
import { noteExpiry } from "./note-expiry.ts";

/**
 * So many batches whose time is up by `now`, after this id. One that has not ended stays, and so does one of which a
 * job runs again or which holds anything that is held: a batch is kept or erased as a whole.
 */
export async function listExpiredBatches(
  sql: Sql,
  { now, after, limit }: { now: Date; after: string; limit: number },
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from batches
     where expires_at <= $1 and id > $2 and finished_at is not null and not (${HELD})
       and not exists (select from research where batch_id = batches.id and (status in ('queued', 'running') or ${HELD}))
       and not exists (select from batch_items where batch_id = batches.id and ${HELD})
     order by id limit $3`,
    [now, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** That the batch is not held; asked again at each step, for a hold may be set while it is being erased. */
const FREE = `not exists (select from batches where id = $1 and ${HELD})`;

/**
 * Erases so many jobs of a batch, with all that belongs to them; gives how many there were to erase. One that has been
 * held since the batch was listed stays, and its batch with it.
 */
export async function expireBatchJobs(sql: Sql, batchId: string, limit: number): Promise<number> {
  const [row] = await sql.query<{ removed: number }>(
    `with doomed as (
       select id from research where batch_id = $1 and status in ('completed', 'failed', 'cancelled')
         and not (${HELD}) and ${FREE}
       order by id limit $2 for update skip locked
     ),
     gone as (delete from research where id in (select id from doomed) returning id, tenant_id),
     noted as (${noteExpiry("gone", "research")})
     select count(*)::integer as removed from gone`,
    [batchId, limit],
  );
  return row?.removed ?? 0;
}

/** Erases so many lines of a batch whose jobs are gone. */
export async function expireBatchLines(sql: Sql, batchId: string, limit: number): Promise<number> {
  const gone = await sql.query(
    `delete from batch_items where batch_id = $1 and not exists (select from research where batch_id = $1) and ${FREE} and line in (
       select line from batch_items where batch_id = $1 order by line limit $2
     ) returning line`,
    [batchId, limit],
  );
  return gone.length;
}

/** Erases a batch of which no job is left; false where one is, which has been retried in the meantime. */
export async function expireBatch(sql: Sql, id: string): Promise<boolean> {
  const [row] = await sql.query<{ removed: number }>(
    `with gone as (
       delete from batches
       where id = $1 and not (${HELD}) and not exists (select from research where batch_id = $1)
       returning id, tenant_id
     ),
     noted as (${noteExpiry("gone", "batch")})
     select count(*)::integer as removed from gone`,
    [id],
  );
  return row?.removed === 1;
}
