import type { Sql } from "../sql.ts";

/** A batch that is being taken in, and who does so. */
export type OwnedBatch = { id: string; owner: string };

/** Begins a batch whose lines are on their way. Nobody sees it before it is accepted. */
export async function openReceivedBatch(sql: Sql, { id, owner, tenantId }: OwnedBatch & { tenantId: string }) {
  await sql.query(
    `insert into batches (id, tenant_id, status, owner, heartbeat_at)
     values ($1, $2, 'receiving', $3, clock_timestamp())`,
    [id, tenantId, owner],
  );
}

/** Says that the lines are still coming; false where the batch has been taken for abandoned or has ended. */
export async function keepBatch(sql: Sql, { id, owner }: OwnedBatch): Promise<boolean> {
  const kept = await sql.query(
    `update batches set heartbeat_at = clock_timestamp()
     where id = $1 and owner = $2 and status in ('receiving', 'validating') returning id`,
    [id, owner],
  );
  return kept.length > 0;
}

/** Takes back a batch that has not been accepted, with all its lines. */
export async function dropReceivedBatch(sql: Sql, id: string): Promise<void> {
  await sql.query("delete from batches where id = $1 and status = 'receiving'", [id]);
}

/** Takes back the batches that a process was receiving which has gone since; gives them with what had come. */
export async function dropAbandonedBatches(
  sql: Sql,
  { silentMs }: { silentMs: number },
): Promise<{ id: string; tenant_id: string; lines: number }[]> {
  return sql.query(
    `delete from batches
     where id in (
       select id from batches
       where status = 'receiving' and finished_at is null
         and heartbeat_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
       for update skip locked
     )
     returning id, tenant_id, total as lines`,
    [silentMs],
  );
}
