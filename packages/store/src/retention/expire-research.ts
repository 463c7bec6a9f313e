import type { Sql } from "../sql.ts";
import { HELD } from "./hold.ts";
import { noteExpiry } from "./note-expiry.ts";

/** Where a walk through what has expired goes on. */
export type ExpiryCursor = { expiresAt: Date; id: string };

export type ExpiryStep = {
  removed: number;
  /** Null: there is no more. */
  next: ExpiryCursor | null;
};

// The cursor moves on also over what stays: what is held would otherwise be looked at again and again.
const EXPIRE = `
  with looked as (
    select id, expires_at from research
    where batch_id is null and expires_at <= $1 and (expires_at, id) > ($2, $3)
    order by expires_at, id limit $4
  ),
  doomed as (
    select id from research
    where id in (select id from looked) and status in ('completed', 'failed', 'cancelled')
      and not (${HELD})
    for update skip locked
  ),
  gone as (delete from research where id in (select id from doomed) returning id, tenant_id),
  noted as (${noteExpiry("gone", "research")})
  select expires_at, id, (select count(*) from gone)::integer as removed, (select count(*) from looked)::integer as looked
  from looked order by expires_at desc, id desc limit 1`;

/**
 * Looks at so many single jobs whose time is up by `now`, and erases those that have ended and are not held, with all
 * that belongs to them. Those of batches go with their batch.
 */
export async function expireResearch(
  sql: Sql,
  { now, after, limit }: { now: Date; after: ExpiryCursor | null; limit: number },
): Promise<ExpiryStep> {
  const [row] = await sql.query<{ expires_at: Date; id: string; removed: number; looked: number }>(EXPIRE, [
    now,
    after?.expiresAt ?? new Date(0),
    after?.id ?? "",
    limit,
  ]);
  if (!row) return { removed: 0, next: null };
  return { removed: row.removed, next: row.looked < limit ? null : { expiresAt: row.expires_at, id: row.id } };
}
