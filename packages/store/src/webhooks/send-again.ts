import { newId, WEBHOOK_TEST } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import type { DueDelivery } from "./due-deliveries.ts";

/** Lets the tenant's delivery be sent again, now, with a fresh schedule: the same message under the same id. */
export async function redeliver(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<DueDelivery | "endpoint_disabled" | "missing"> {
  const [row] = await sql.query<DueDelivery>(
    `update webhook_deliveries as delivery set
       status = 'pending', next_attempt_at = clock_timestamp(), tries = 0, delivered_at = null
     where tenant_id = $1 and id = $2 and not exists (
       select from webhook_endpoints as endpoint where endpoint.id = delivery.endpoint_id and disabled_at is not null
     )
     returning id, attempts`,
    [tenantId, id],
  );
  if (row) return row;
  const [known] = await sql.query("select 1 from webhook_deliveries where tenant_id = $1 and id = $2", [tenantId, id]);
  return known ? "endpoint_disabled" : "missing";
}

/** Writes a delivery that tells of nothing, for the tenant's endpoint to show that it works. */
export async function createTestDelivery(
  sql: Sql,
  tenantId: string,
  endpointId: string,
): Promise<DueDelivery | "endpoint_disabled" | "missing"> {
  const id = newId("whd");
  const timestamp = new Date().toISOString();
  const body = JSON.stringify({ type: WEBHOOK_TEST, timestamp, data: { id: endpointId, object: "webhook_endpoint" } });
  const [row] = await sql.query(
    `insert into webhook_deliveries (id, tenant_id, endpoint_id, url, type, body, receiver)
     select $3, tenant_id, id, url, $4, $5, id from webhook_endpoints
     where tenant_id = $1 and id = $2 and disabled_at is null
     returning id`,
    [tenantId, endpointId, id, WEBHOOK_TEST, body],
  );
  if (row) return { id, attempts: 0 };
  const [known] = await sql.query("select 1 from webhook_endpoints where tenant_id = $1 and id = $2", [
    tenantId,
    endpointId,
  ]);
  return known ? "endpoint_disabled" : "missing";
}
