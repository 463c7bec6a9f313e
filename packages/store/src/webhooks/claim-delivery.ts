import { z } from "zod";
import type { Sql } from "../sql.ts";

const ClaimedDelivery = z
  .object({
    id: z.string(),
    tenant_id: z.string(),
    endpoint_id: z.string().nullable(),
    research_id: z.string().nullable(),
    type: z.string(),
    body: z.string(),
    attempts: z.number(),
    tries: z.number(),
    url: z.string(),
    secrets: z.array(z.string()).nullable(),
    disabled_reason: z.string().nullable(),
  })
  .transform((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    researchId: row.research_id,
    type: row.type,
    body: row.body,
    /** The number of this attempt; a record of its outcome names it. */
    attempt: row.attempts,
    /** Attempts since the schedule began, this one counted. */
    tries: row.tries,
    url: row.url,
    /** Of the endpoint, the newest first; none for a one-off url. */
    secrets: row.secrets ?? [],
    /** Why the endpoint has been disabled since the delivery was written. */
    disabledReason: row.disabled_reason,
  }));

/** A delivery whose next attempt has begun. */
export type ClaimedDelivery = z.infer<typeof ClaimedDelivery>;

// Until the outcome is recorded the next attempt is `lease` away, so that nobody else begins it, and so that it begins
// should this process die. The time to compare with is one that the index can be asked for (see `due-deliveries.ts`).
const claimOf = (column: "id" | "receiver") => `
  with due as (
    select id from webhook_deliveries
    where ${column} = $1 and status = 'pending' and next_attempt_at <= statement_timestamp()
    order by next_attempt_at limit 1
    for update skip locked
  ),
  claimed as (
    update webhook_deliveries as delivery set
      attempts = attempts + 1,
      tries = tries + 1,
      next_attempt_at = clock_timestamp() + $2 * interval '1 millisecond'
    from due where delivery.id = due.id
    returning delivery.*
  ),
  attempt as (
    insert into webhook_attempts (delivery_id, n, tenant_id) select id, attempts, tenant_id from claimed
  )
  select claimed.*, coalesce(endpoint.url, claimed.url) as url, endpoint.disabled_reason,
    case when endpoint.id is not null then array_remove(array[
      endpoint.secret,
      case when previous_secret_expires_at > clock_timestamp() then previous_secret end
    ], null) end as secrets
  from claimed left join webhook_endpoints as endpoint on endpoint.id = claimed.endpoint_id`;

const CLAIM = { id: claimOf("id"), receiver: claimOf("receiver") };

/** Begins the next attempt of a delivery, or of the one of a receiver that has been due the longest. */
export async function claimDelivery(
  sql: Sql,
  which: { id: string } | { receiver: string },
  leaseMs: number,
): Promise<ClaimedDelivery | null> {
  const [row] =
    "id" in which
      ? await sql.query(CLAIM.id, [which.id, leaseMs])
      : await sql.query(CLAIM.receiver, [which.receiver, leaseMs]);
  return row ? ClaimedDelivery.parse(row) : null;
}
