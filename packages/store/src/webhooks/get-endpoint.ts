import type { WebhookEndpoint, WebhookEndpointEvent } from "@pharmadb/contracts";
import { z } from "zod";
import { type Page, toPage } from "../page.ts";
import type { Sql } from "../sql.ts";
import { toEndpoint } from "./endpoint-row.ts";

const MAX_LOG = 50;

const EventRow = z.object({
  id: z.string(),
  type: z.enum(["disabled", "enabled", "secret_rotated"]),
  detail: z.string().nullable(),
  at: z.date().transform((time) => time.toISOString()),
});

/** The tenant's endpoint of this id. */
export async function getEndpoint(sql: Sql, tenantId: string, id: string): Promise<WebhookEndpoint | null> {
  const [row] = await sql.query("select * from webhook_endpoints where tenant_id = $1 and id = $2", [tenantId, id]);
  return row ? toEndpoint(row) : null;
}

/** A page of the tenant's endpoints, newest first. */
export async function listEndpoints(
  sql: Sql,
  tenantId: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<Page<WebhookEndpoint>> {
  const rows = await sql.query(
    `select * from webhook_endpoints where tenant_id = $1 and ($3::text is null or id < $3) order by id desc limit $2`,
    [tenantId, limit + 1, after ?? null],
  );
  return toPage(rows.map(toEndpoint), limit);
}

/** What happened to the tenant's endpoint, newest first. */
export async function listEndpointEvents(sql: Sql, tenantId: string, id: string): Promise<WebhookEndpointEvent[]> {
  const rows = await sql.query(
    `select id, type, detail, at from webhook_endpoint_events
     where tenant_id = $1 and endpoint_id = $2 order by id desc limit $3`,
    [tenantId, id, MAX_LOG],
  );
  return rows.map((row) => EventRow.parse(row));
}
