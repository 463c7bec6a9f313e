import type { Sql } from "../sql.ts";
import type { ClaimedDelivery } from "./claim-delivery.ts";

/** An endpoint that had nothing but failures for this long is disabled. */
const FAILING_LIMIT = "5 days";

export type AttemptOutcome = {
  /** What becomes of the delivery: it is there, it is tried again, or it is given up. */
  next: "delivered" | "failed" | { againInMs: number };
  latencyMs: number | null;
  /** Of the answer; null where none came. */
  status: number | null;
  error: string | null;
  /** The beginning of the answer's body. */
  answer: string | null;
  /** Whether this tells something about the endpoint; null: it does not. */
  wentWell: boolean | null;
  /** Why the receiver wants no more messages. */
  disable?: string;
};

// Locked so that deliveries can be written for the endpoint meanwhile: the end of a job waits for no attempt.
const RECORD = `
  with changed as (
    update webhook_deliveries set
      status = $3,
      next_attempt_at = case when $3 = 'pending' then clock_timestamp() + $4 * interval '1 millisecond' end,
      delivered_at = case when $3 = 'delivered' then clock_timestamp() end,
      last_status = $6,
      last_error = $7
    -- Not where it was wanted to be sent again meanwhile: that is still to be done, whatever came of this one.
    where id = $1 and attempts = $2 and tries = $13 and status = 'pending'
  ),
  logged as (
    update webhook_attempts set latency_ms = $5, status = $6, error = $7, answer = $8
    where delivery_id = $1 and n = $2
  ),
  health as (
    update webhook_endpoints set
      consecutive_failures = case when $10 then 0 else consecutive_failures + 1 end,
      failing_since = case when $10 then null else coalesce(failing_since, clock_timestamp()) end,
      disabled_at = case when $11::text is not null or failing.is_too_long then clock_timestamp() end,
      disabled_reason = coalesce($11, case when failing.is_too_long then $12 end)
    from (
      select id, not $10 and failing_since <= clock_timestamp() - interval '${FAILING_LIMIT}' as is_too_long
      from webhook_endpoints where id = $9 for no key update
    ) as failing
    where webhook_endpoints.id = failing.id and $10 is not null and disabled_at is null
      -- One that is well stays as it is, unwritten.
      and not ($10 and failing_since is null)
    returning webhook_endpoints.id, tenant_id, disabled_reason
  ),
  event as (
    insert into webhook_endpoint_events (id, endpoint_id, tenant_id, type, detail)
    select public.new_id('evt'), id, tenant_id, 'disabled', disabled_reason from health where disabled_reason is not null
  ),
  ended as (
    update webhook_deliveries set status = 'failed', next_attempt_at = null, last_error = disabled_reason
    from health
    where endpoint_id = health.id and disabled_reason is not null and status = 'pending' and webhook_deliveries.id <> $1
  )
  select disabled_reason from health where disabled_reason is not null`;

/**
 * Writes down how an attempt went, and what that means for its endpoint; gives the reason where it disabled the
 * endpoint. The deliveries that wait for such an endpoint are given up with it.
 */
export async function recordAttempt(
  sql: Sql,
  { id, attempt, tries, endpointId }: Pick<ClaimedDelivery, "id" | "attempt" | "tries" | "endpointId">,
  { next, latencyMs, status, error, answer, wentWell, disable }: AttemptOutcome,
): Promise<{ disabled: string | null }> {
  const again = typeof next === "object";
  const [row] = await sql.query<{ disabled_reason: string }>(RECORD, [
    id,
    attempt,
    again ? "pending" : next,
    again ? next.againInMs : 0,
    latencyMs,
    status,
    error,
    answer,
    endpointId,
    wentWell,
    disable ?? null,
    `Every attempt of ${FAILING_LIMIT} failed.`,
    tries,
  ]);
  return { disabled: row?.disabled_reason ?? null };
}
