import type { WebhookEndpoint, WebhookEndpointPatch } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toEndpoint } from "./endpoint-row.ts";
import { newWebhookSecret } from "./webhook-secret.ts";

/** How long a secret signs beside the one that follows it. */
const OVERLAP = "24 hours";
const BY_OWNER = "Disabled by its owner.";

const UPDATE = `
  with before as (
    select id, disabled_at from webhook_endpoints where tenant_id = $1 and id = $2 for no key update
  ),
  changed as (
    update webhook_endpoints as endpoint set
      url = coalesce($3, url),
      events = coalesce($4, events),
      description = coalesce($5, description),
      disabled_at = case
        when $6 then null when not $6 then coalesce(endpoint.disabled_at, clock_timestamp()) else endpoint.disabled_at
      end,
      disabled_reason = case when $6 then null when not $6 then coalesce(disabled_reason, $7) else disabled_reason end,
      consecutive_failures = case when $6 then 0 else consecutive_failures end,
      failing_since = case when $6 then null else failing_since end,
      version = version + 1,
      updated_at = clock_timestamp()
    from before where endpoint.id = before.id
    returning endpoint.*, before.disabled_at as disabled_before
  ),
  ended as (
    update webhook_deliveries set status = 'failed', next_attempt_at = null, last_error = $7
    where status = 'pending' and endpoint_id = $2
      and exists (select from changed where disabled_at is not null and disabled_before is null)
  ),
  event as (
    insert into webhook_endpoint_events (id, endpoint_id, tenant_id, type, detail)
    select public.new_id('evt'), id, tenant_id,
      case when disabled_at is null then 'enabled' else 'disabled' end,
      case when disabled_at is null then null else $7 end
    from changed where (disabled_at is null) <> (disabled_before is null)
  )
  select * from changed`;

/** Changes the tenant's endpoint. What waits for one that is disabled here is not sent any more. */
export async function updateEndpoint(
  sql: Sql,
  tenantId: string,
  id: string,
  { url, events, description, enabled }: WebhookEndpointPatch,
): Promise<WebhookEndpoint | null> {
  const parameters = [tenantId, id, url ?? null, events ?? null, description ?? null, enabled ?? null, BY_OWNER];
  const [row] = await sql.query(UPDATE, parameters);
  return row ? toEndpoint(row) : null;
}

const ROTATE = `
  with changed as (
    update webhook_endpoints set
      secret = $3,
      previous_secret = secret,
      previous_secret_expires_at = clock_timestamp() + interval '${OVERLAP}',
      version = version + 1,
      updated_at = clock_timestamp()
    where tenant_id = $1 and id = $2
    returning *
  ),
  event as (
    insert into webhook_endpoint_events (id, endpoint_id, tenant_id, type)
    select public.new_id('evt'), id, tenant_id, 'secret_rotated' from changed
  )
  select * from changed`;

/** Gives the tenant's endpoint a new secret; the one before signs as well for a day, and no older one. */
export async function rotateSecret(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<{ endpoint: WebhookEndpoint; secret: string } | null> {
  const secret = newWebhookSecret();
  const [row] = await sql.query(ROTATE, [tenantId, id, secret]);
  return row ? { endpoint: toEndpoint(row), secret } : null;
}

/** Erases the tenant's endpoint with its deliveries; false where there is none. */
export async function deleteEndpoint(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const deleted = await sql.query("delete from webhook_endpoints where tenant_id = $1 and id = $2 returning id", [
    tenantId,
    id,
  ]);
  return deleted.length > 0;
}
