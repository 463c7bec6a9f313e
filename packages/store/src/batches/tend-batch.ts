import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { type BatchRecord, MOVES_SUMMED, toBatchRecord } from "./batch-record.ts";

export type TendedBatch = {
  /** The batch where this call has ended it. */
  ended: BatchRecord | null;
  /** Jobs that this call has made, in their order. */
  fed: string[];
  /** Whether the batch is another than before, also where somebody else has changed it. */
  changed: boolean;
};

const FOLD = `
  with moves as (delete from batch_moves where batch_id = $1 returning left_status, entered_status),
  moved as (select ${MOVES_SUMMED} from moves)
  update batches set
    queued = batches.queued + moved.queued, running = batches.running + moved.running,
    completed = batches.completed + moved.completed, failed = batches.failed + moved.failed,
    cancelled = batches.cancelled + moved.cancelled, version = version + moves
  from moved where id = $1 and moves > 0
  returning id`;

const END = `
  update batches set
    status = case when cancel_requested_at is null then 'completed' else 'cancelled' end,
    finished_at = clock_timestamp(),
    version = version + 1
  where id = $1 and status = 'running' and queued = 0 and running = 0
  returning *`;

const FEED = `
  with batch as (select * from batches where id = $1),
  items as (
    select *, row_number() over (order by line) as n
    from (
      select batch_items.* from batch_items, batch
      where batch_id = $1 and line > fed_line and batch_items.error is null
      order by line limit $2
    ) next
  ),
  given as (select * from unnest($3::text[], $4::text[]) with ordinality as given (id, event_id, n)),
  created as (
    insert into research
      (id, tenant_id, batch_id, custom_id, priority, request, metadata, timeout_seconds, expires_at, file_ids, webhook_url,
        event_seq)
    select given.id, batch.tenant_id, $1, custom_id, 'batch', request, items.metadata, timeout_seconds,
      batch.expires_at, file_ids, webhook_url, 1
    from items join given using (n), batch
    order by n
    returning id, tenant_id, created_at
  ),
  queued as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, 1, tenant_id, event_id, 'queued', 'research.queued', '{}', created_at from created join given using (id)
  )
  update batches set fed = fed + (select count(*) from items), fed_line = (select max(line) from items)
  where id = $1 and exists (select from items)
  returning (select count(*) from items)::integer as fed`;

/**
 * Brings a batch forward: adds to its counts what its jobs have done since, makes jobs of its next lines where fewer
 * than half of `waiting` are left to begin, and ends it once its last job has ended. Callers take turns at the row of
 * the batch; those who change jobs never wait for it.
 */
export async function tendBatch(sql: Sql, id: string, { waiting }: { waiting: number }): Promise<TendedBatch> {
  return sql.transaction((transaction) => tendLockedBatch(transaction, id, { waiting }));
}

/** The same, as a part of a transaction. */
export async function tendLockedBatch(
  transaction: Sql,
  id: string,
  { waiting }: { waiting: number },
): Promise<TendedBatch> {
  // Locked by a statement of its own: the next one then sees every move that was written before the lock was free.
  const [locked] = await transaction.query("select id from batches where id = $1 for no key update", [id]);
  if (!locked) return { ended: null, fed: [], changed: false };
  const changed = (await transaction.query(FOLD, [id])).length > 0;
  const [row] = await transaction.query(END, [id]);
  if (row) return { ended: toBatchRecord(row), fed: [], changed: true };
  return { ended: null, fed: await feed(transaction, id, waiting), changed };
}

async function feed(transaction: Sql, id: string, waiting: number): Promise<string[]> {
  const [batch] = await transaction.query<{ unfed: number; left: number }>(
    `select total - invalid - fed as unfed, queued - (total - invalid - fed) as left
     from batches where id = $1 and status = 'running' and cancel_requested_at is null`,
    [id],
  );
  if (!batch || batch.unfed <= 0 || batch.left * 2 > waiting) return [];
  const room = Math.min(batch.unfed, waiting - batch.left);
  // In the order of the lines also where they are made in the same millisecond.
  const ids = Array.from({ length: room }, () => newId("res")).sort();
  const eventIds = ids.map(() => newId("evt"));
  const [row] = await transaction.query<{ fed: number }>(FEED, [id, room, ids, eventIds]);
  return ids.slice(0, row?.fed ?? 0);
}

/** The batches whose jobs have moved, and those that have just come in. */
export async function listMovedBatches(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select distinct batch_id as id from batch_moves
     union select id from batches where finished_at is null and status = 'running' and fed = 0`,
  );
  return rows.map(({ id }) => id);
}

/** All batches that may want tending. */
export async function listTendedBatches(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select distinct batch_id as id from batch_moves
     union select id from batches where finished_at is null and status = 'running'`,
  );
  return rows.map(({ id }) => id);
}
