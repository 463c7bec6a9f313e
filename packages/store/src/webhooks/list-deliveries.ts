import type { WebhookDelivery } from "@pharmadb/contracts";
import { type Page, toPage } from "../page.ts";
import type { Sql } from "../sql.ts";
import { SELECT_DELIVERIES, toDelivery } from "./delivery-row.ts";

export type DeliveryFilter = {
  endpointId?: string | undefined;
  researchId?: string | undefined;
  batchId?: string | undefined;
  status?: WebhookDelivery["status"] | undefined;
  limit: number;
  /** The `nextCursor` of the page before. */
  after?: string | undefined;
};

/** A page of the tenant's deliveries with their attempts, newest first. */
export async function listDeliveries(
  sql: Sql,
  tenantId: string,
  { endpointId, researchId, batchId, status, limit, after }: DeliveryFilter,
): Promise<Page<WebhookDelivery>> {
  const parameters: unknown[] = [tenantId, limit + 1];
  const conditions = ["delivery.tenant_id = $1"];
  const add = (condition: string, value: unknown) => conditions.push(`${condition} $${parameters.push(value)}`);
  if (endpointId !== undefined) add("delivery.endpoint_id =", endpointId);
  if (researchId !== undefined) add("delivery.research_id =", researchId);
  if (batchId !== undefined) add("delivery.batch_id =", batchId);
  if (status !== undefined) add("delivery.status =", status);
  if (after !== undefined) add("delivery.id <", after);
  const rows = await sql.query(
    `${SELECT_DELIVERIES} where ${conditions.join(" and ")} order by delivery.id desc limit $2`,
    parameters,
  );
  return toPage(rows.map(toDelivery), limit);
}

/** The tenant's delivery of this id. */
export async function getDelivery(sql: Sql, tenantId: string, id: string): Promise<WebhookDelivery | null> {
  const [row] = await sql.query(`${SELECT_DELIVERIES} where delivery.tenant_id = $1 and delivery.id = $2`, [
    tenantId,
    id,
  ]);
  return row ? toDelivery(row) : null;
}
