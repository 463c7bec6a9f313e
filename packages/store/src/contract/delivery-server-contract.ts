import { NewWebhookEndpoint } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import type { Sql } from "../sql.ts";
import { claimDelivery } from "../webhooks/claim-delivery.ts";
import { createEndpoint } from "../webhooks/create-endpoint.ts";
import { listDueDeliveries } from "../webhooks/due-deliveries.ts";
import { recordAttempt } from "../webhooks/record-attempt.ts";
import { createTestDelivery } from "../webhooks/send-again.ts";
import { newTenant } from "./given.ts";

const DELIVERED = { next: "delivered", latencyMs: 1, status: 204, error: null, answer: "", wentWell: true } as const;

async function endpointOf(sql: Sql, tenant: string): Promise<string> {
  const { endpoint } = await createEndpoint(
    sql,
    tenant,
    NewWebhookEndpoint.parse({ url: "https://hooks.example.com/in" }),
  );
  return endpoint.id;
}

/** The rows that a statement has read by an index of the deliveries, as the transaction's own counters tell. */
async function rowsRead(sql: Sql, work: (transaction: Sql) => Promise<unknown>): Promise<number> {
  return sql.transaction(async (transaction) => {
    await work(transaction);
    const [row] = await transaction.query(
      "select pg_stat_get_xact_tuples_fetched('webhook_deliveries_due'::regclass)::integer as fetched",
    );
    return Number(row?.fetched);
  });
}

/** What deliveries cost where several processes and long rows of them are. */
export function deliveryServerContract(database: () => Database): void {
  test("a long row of deliveries that are to come later is not read for one that is due", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const receiver = await endpointOf(sql, tenant);
    await sql.query(
      `insert into webhook_deliveries (id, tenant_id, endpoint_id, url, type, body, receiver, next_attempt_at)
       select $1 || '_' || n, $2, $1, 'https://hooks.example.com/in', 'webhook.test', '{}', $1,
         clock_timestamp() + interval '1 hour'
       from generate_series(1, 2000) as n`,
      [receiver, tenant],
    );
    const claim = (to: Sql) => claimDelivery(to, { receiver }, 60_000);
    const list = (to: Sql) => listDueDeliveries(to, { except: [], perReceiver: 5, limit: 100 });
    expect(await rowsRead(sql, claim)).toBeLessThan(100);
    expect(await rowsRead(sql, list)).toBeLessThan(500);
  });

  test("the end of a job does not wait for an attempt that is being written down", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const endpointId = await endpointOf(sql, tenant);
    const delivery = await createTestDelivery(sql, tenant, endpointId);
    if (typeof delivery === "string") throw new Error(delivery);
    const attempt = await claimDelivery(sql, { id: delivery.id }, 60_000);
    if (!attempt) throw new Error("The delivery could not be claimed.");
    await sql.transaction(async (transaction) => {
      await recordAttempt(transaction, attempt, DELIVERED);
      const written = sql.transaction(async (other) => {
        await other.query("set local lock_timeout to '2s'");
        return createTestDelivery(other, tenant, endpointId);
      });
      await expect(written).resolves.toMatchObject({ attempts: 0 });
    });
  });
}
