import { AppError, type NewWebhookEndpoint, newId, type WebhookEndpoint } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toEndpoint } from "./endpoint-row.ts";
import { newWebhookSecret } from "./webhook-secret.ts";

/** Each end of a job writes a row for each endpoint that listens. */
const MAX_ENDPOINTS = 50;

/**
 * Writes a new endpoint; its secret is given here and when it is rotated, and never again.
 *
 * @throws AppError `conflict` where the tenant has as many as it may have.
 */
export async function createEndpoint(
  sql: Sql,
  tenantId: string,
  { url, events, description }: NewWebhookEndpoint,
): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const secret = newWebhookSecret();
  const [row] = await sql.query(
    `insert into webhook_endpoints (id, tenant_id, url, events, description, secret)
     select $1, $2, $3, $4, $5, $6
     where (select count(*) from webhook_endpoints where tenant_id = $2) < $7
     returning *`,
    [newId("whe"), tenantId, url, events, description, secret, MAX_ENDPOINTS],
  );
  if (!row) throw new AppError("conflict", `There are ${MAX_ENDPOINTS} webhook endpoints, which is all there may be.`);
  return { endpoint: toEndpoint(row), secret };
}
