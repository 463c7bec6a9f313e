import { NewWebhookEndpoint } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { acceptReceivedBatch } from "../batches/accept-batch.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Database } from "../database.ts";
import { createResearch } from "../research/create-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { expireDeliveries } from "../retention/expire-deliveries.ts";
import type { Sql } from "../sql.ts";
import { claimDelivery } from "../webhooks/claim-delivery.ts";
import { createEndpoint } from "../webhooks/create-endpoint.ts";
import { getDelivery, listDeliveries } from "../webhooks/list-deliveries.ts";
import { recordAttempt } from "../webhooks/record-attempt.ts";
import { redeliver } from "../webhooks/send-again.ts";
import { claimAnew, newResearch, newTenant, report } from "./given.ts";
import { type GivenLine, goodLine, receivedBatch, TERMS } from "./given-batch.ts";

const HOLD = { metadata: { hold: "true" } };

async function listening(sql: Sql): Promise<string> {
  const tenant = newTenant();
  await createEndpoint(sql, tenant, NewWebhookEndpoint.parse({ url: "https://hooks.example.com/in" }));
  return tenant;
}

async function complete(sql: Sql, id: string): Promise<void> {
  await claimAnew(sql, id);
  await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
}

/** The delivery that tells of a job which has just completed. */
async function toldOf(sql: Sql, tenant: string, request: object = {}): Promise<string> {
  const { research } = await createResearch(sql, newResearch(tenant, { request }));
  await complete(sql, research.id);
  const { data } = await listDeliveries(sql, tenant, { researchId: research.id, limit: 1 });
  return data[0]?.id ?? "";
}

/** Completes a batch of these lines. */
async function completeBatch(sql: Sql, tenant: string, lines: readonly GivenLine[], terms = {}): Promise<void> {
  const { staged: _, ...batch } = await receivedBatch(sql, tenant, lines);
  await acceptReceivedBatch(sql, { ...batch, key: null, terms: { ...TERMS, ...terms } });
  for (const id of (await tendBatch(sql, batch.id, { waiting: 100 })).fed) await complete(sql, id);
  await tendBatch(sql, batch.id, { waiting: 100 });
}

/** Sends it, with an attempt in its log. */
async function send(sql: Sql, id: string): Promise<void> {
  const delivery = await claimDelivery(sql, { id }, 60_000);
  if (!delivery) throw new Error("The delivery could not be claimed.");
  const came = { latencyMs: 1, status: 204, error: null, answer: "", wentWell: true };
  await recordAttempt(sql, delivery, { next: "delivered", ...came });
}

/** When old deliveries are erased whose job or batch is still there. */
export function deliveryRetentionContract(database: () => Database): void {
  const later = () => new Date(Date.now() + 60_000);
  const isThere = async (tenant: string, id: string) => (await getDelivery(database().sql, tenant, id)) !== null;

  /** Erases what was written before a time, in steps of three. */
  async function expireAll(before: Date): Promise<void> {
    for (let after: string | null = ""; after !== null; ) {
      after = (await expireDeliveries(database().sql, { before, after, limit: 3 })).next;
    }
  }

  test("a delivery that is over goes at its time with its attempts, one that waits and one that is held stay", async () => {
    const { sql } = database();
    const tenant = await listening(sql);
    const [sent, waiting, held] = [
      await toldOf(sql, tenant),
      await toldOf(sql, tenant),
      await toldOf(sql, tenant, HOLD),
    ];
    for (const id of [sent, held]) await send(sql, id);
    await expireAll(new Date(Date.now() - 60_000));
    expect(await isThere(tenant, sent)).toBe(true);
    await expireAll(later());
    expect(await Promise.all([sent, waiting, held].map((id) => isThere(tenant, id)))).toEqual([false, true, true]);
    expect(await sql.query("select from webhook_attempts where delivery_id = $1", [sent])).toEqual([]);
    expect(await sql.query("select from webhook_attempts where delivery_id = $1", [held])).toHaveLength(1);
  });

  test("one that was sent again is kept from then on", async () => {
    const { sql } = database();
    const tenant = await listening(sql);
    const id = await toldOf(sql, tenant);
    await send(sql, id);
    await redeliver(sql, tenant, id);
    await expireAll(later());
    expect(await isThere(tenant, id)).toBe(true);
    await send(sql, id);
    const delivered = (interval: string) =>
      sql.query("update webhook_deliveries set delivered_at = now() + $2::interval where id = $1", [id, interval]);
    await delivered("2 minutes");
    await expireAll(later());
    expect(await isThere(tenant, id)).toBe(true);
    await delivered("0");
    await expireAll(later());
    expect(await isThere(tenant, id)).toBe(false);
  });

  test("what was told of a batch and its jobs stays while any of it is held", async () => {
    const { sql } = database();
    for (const { lines = [goodLine(1), goodLine(2)], terms = {}, left } of [
      { left: 0 },
      { lines: [goodLine(1), goodLine(2, "two", HOLD)], left: 3 },
      { terms: HOLD, left: 3 },
    ]) {
      const tenant = await listening(sql);
      await completeBatch(sql, tenant, lines, terms);
      const { data } = await listDeliveries(sql, tenant, { limit: 9 });
      expect(data.map(({ type }) => type).sort()).toEqual([
        "batch.completed",
        "research.completed",
        "research.completed",
      ]);
      for (const { id } of data) await send(sql, id);
      await expireAll(later());
      expect((await listDeliveries(sql, tenant, { limit: 9 })).data).toHaveLength(left);
    }
  });
}
