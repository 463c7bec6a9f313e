import { firstId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { HELD } from "./hold.ts";

export type DeliveryStep = {
  removed: number;
  /** The last delivery that was looked at, to go on after it; null: there is no more. */
  next: string | null;
};

// A batch is held as a whole, by itself or by any of its jobs, and what was told of it with it. Each batch is asked about
// once, and not for each of its deliveries: that would read all of its jobs, or all that is held, as many times.
const EXPIRE = `
  with looked as (
    select id from webhook_deliveries where id > $1 and id < $2 order by id limit $3
  ),
  old as materialized (
    select delivery.id, delivery.research_id,
      coalesce(delivery.batch_id, (select batch_id from research where id = delivery.research_id)) as batch_id
    from webhook_deliveries as delivery
    where id in (select id from looked) and status <> 'pending' and coalesce(delivered_at, created_at) < $4
  ),
  held as materialized (
    select id from (select distinct batch_id as id from old where batch_id is not null) as told
    where exists (select from batches where id = told.id and ${HELD})
      or exists (select from research where batch_id = told.id and ${HELD})
  ),
  free as (
    select id from old
    where not exists (select from research where id = old.research_id and ${HELD})
      and not exists (select from held where id = old.batch_id)
  ),
  doomed as (
    select id from webhook_deliveries
    where id in (select id from free) and status <> 'pending' and coalesce(delivered_at, created_at) < $4
    for update skip locked
  ),
  gone as (delete from webhook_deliveries where id in (select id from doomed) returning id)
  select
    (select max(id) from looked) as last,
    (select count(*) from looked)::integer as looked,
    (select count(*) from gone)::integer as removed`;

/**
 * Looks at so many deliveries that were written before a time, after this id, and erases those that wait for nothing
 * and tell of nothing that is held, with the log of their attempts. One that was sent again counts from then.
 */
export async function expireDeliveries(
  sql: Sql,
  { before, after, limit }: { before: Date; after: string; limit: number },
): Promise<DeliveryStep> {
  const parameters = [after, firstId("whd", before.getTime()), limit, before];
  const [row] = await sql.query<{ last: string | null; looked: number; removed: number }>(EXPIRE, parameters);
  if (!row) return { removed: 0, next: null };
  return { removed: row.removed, next: row.looked < limit ? null : row.last };
}
