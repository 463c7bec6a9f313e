import type { Sql } from "../sql.ts";

/** A delivery whose next attempt may begin; `attempts` tells one attempt's queue entry from that of the next. */
export type DueDelivery = { id: string; attempts: number };

// From receiver to receiver along the index, so that one with a long row of waiting deliveries costs no more than any.
// The index is not asked for a time that may be another at each row, as that of `clock_timestamp` may: the whole row of
// a receiver would be read for what of it is due.
const DUE = `
  with recursive receivers as (
    (select receiver from webhook_deliveries where status = 'pending' order by receiver limit 1)
    union all
    select (
      select delivery.receiver from webhook_deliveries as delivery
      where status = 'pending' and delivery.receiver > receivers.receiver order by delivery.receiver limit 1
    )
    from receivers where receivers.receiver is not null
  )
  select due.id, due.attempts from receivers, lateral (
    select id, attempts, next_attempt_at from webhook_deliveries as delivery
    where status = 'pending' and delivery.receiver = receivers.receiver and next_attempt_at <= statement_timestamp()
    order by next_attempt_at limit $2
  ) as due
  where receivers.receiver is not null and receivers.receiver <> all ($1)
  order by due.next_attempt_at limit $3`;

/** What is due, at most `perReceiver` of each receiver, and nothing for those in `except`. */
export async function listDueDeliveries(
  sql: Sql,
  { except, perReceiver, limit }: { except: readonly string[]; perReceiver: number; limit: number },
): Promise<DueDelivery[]> {
  return sql.query<DueDelivery>(DUE, [except, perReceiver, limit]);
}

/** What is due of one job or batch, just after its end. */
export async function dueDeliveriesOf(sql: Sql, subjectId: string): Promise<DueDelivery[]> {
  return sql.query<DueDelivery>(
    `select id, attempts from webhook_deliveries
     where (research_id = $1 or batch_id = $1) and status = 'pending' and next_attempt_at <= statement_timestamp()`,
    [subjectId],
    { prepared: "due_deliveries_of" },
  );
}

/** Who is to get a delivery that is due; null where it is not, or not any more. */
export async function receiverOf(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql.query<{ receiver: string }>(
    `select receiver from webhook_deliveries
     where id = $1 and status = 'pending' and next_attempt_at <= statement_timestamp()`,
    [id],
  );
  return row?.receiver ?? null;
}
