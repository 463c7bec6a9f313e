import { idPattern, NewWebhookEndpoint, newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { acceptReceivedBatch } from "../batches/accept-batch.ts";
import { requestBatchCancel } from "../batches/cancel-batch.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Database } from "../database.ts";
import { createResearch } from "../research/create-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import type { Sql } from "../sql.ts";
import { deleteEndpoint, rotateSecret, updateEndpoint } from "../webhooks/change-endpoint.ts";
import { type ClaimedDelivery, claimDelivery } from "../webhooks/claim-delivery.ts";
import { createEndpoint } from "../webhooks/create-endpoint.ts";
import { dueDeliveriesOf, listDueDeliveries, receiverOf } from "../webhooks/due-deliveries.ts";
import { getEndpoint, listEndpointEvents, listEndpoints } from "../webhooks/get-endpoint.ts";
import { getDelivery, listDeliveries } from "../webhooks/list-deliveries.ts";
import { type AttemptOutcome, recordAttempt } from "../webhooks/record-attempt.ts";
import { createTestDelivery, redeliver } from "../webhooks/send-again.ts";
import { tenantWebhookSecret } from "../webhooks/webhook-secret.ts";
import { claimAnew, newResearch, newTenant, report, runningResearch } from "./given.ts";
import { goodLine, receivedBatch, TERMS } from "./given-batch.ts";

const LEASE_MS = 60_000;

function endpoint(sql: Sql, tenant: string, fields: object = {}) {
  const wanted = NewWebhookEndpoint.parse({ url: "https://hooks.example.com/in", ...fields });
  return createEndpoint(sql, tenant, wanted);
}

/** A job of the tenant that has just completed. */
async function completed(sql: Sql, tenant: string, request: object = {}): Promise<string> {
  const { research } = await createResearch(sql, newResearch(tenant, { request }));
  await claimAnew(sql, research.id);
  await finishResearch(sql, { id: research.id, attempt: 1, outcome: { status: "completed", report } });
  return research.id;
}

async function claimed(sql: Sql, id: string): Promise<ClaimedDelivery> {
  const delivery = await claimDelivery(sql, { id }, LEASE_MS);
  if (!delivery) throw new Error("The delivery could not be claimed.");
  return delivery;
}

const went = (outcome: Partial<AttemptOutcome>): AttemptOutcome => ({
  next: "delivered",
  latencyMs: 12,
  status: 204,
  error: null,
  answer: "",
  wentWell: true,
  ...outcome,
});
const FAILED = went({ next: { againInMs: 0 }, status: 503, error: "Answered 503.", answer: "busy", wentWell: false });

/** What the end of a job writes, and what becomes of it. */
export function webhookContract(database: () => Database): void {
  test("the end of a job writes a delivery for each endpoint that listens, and none for the others", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: all } = await endpoint(sql, tenant);
    await endpoint(sql, tenant, { events: ["research.failed"] });
    await endpoint(sql, newTenant());
    const { endpoint: off } = await endpoint(sql, tenant);
    await updateEndpoint(sql, tenant, off.id, { enabled: false });
    const id = await completed(sql, tenant, { metadata: { study: "S-1" } });
    const { data } = await listDeliveries(sql, tenant, { researchId: id, limit: 10 });
    expect(data).toMatchObject([
      { endpoint_id: all.id, type: "research.completed", status: "pending", url: all.url, attempts: [] },
    ]);
    expect(data[0]?.id).toMatch(idPattern("whd"));
    expect((await dueDeliveriesOf(sql, id)).map((due) => due.id)).toEqual([data[0]?.id]);
    const body = JSON.parse(data[0]?.body ?? "");
    expect(body).toEqual({
      type: "research.completed",
      timestamp: body.data.finished_at,
      data: {
        id,
        object: "research",
        status: "completed",
        batch_id: null,
        custom_id: null,
        schedule_id: null,
        changes: null,
        metadata: { study: "S-1" },
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        finished_at: expect.any(String),
        error: null,
        links: { self: `/api/v1/research/${id}`, report: `/api/v1/research/${id}/report` },
      },
    });
  });

  test("failing, being cancelled while queued and being cancelled at the claim are ends as well", async () => {
    const { sql } = database();
    const tenant = newTenant();
    await endpoint(sql, tenant);
    const failed = await runningResearch(sql, tenant);
    const error = { code: "timeout", message: "Too slow.", retryable: false };
    await finishResearch(sql, { id: failed.id, attempt: 1, outcome: { status: "failed", error } });
    const { research: queued } = await createResearch(sql, newResearch(tenant));
    await requestCancel(sql, tenant, queued.id);
    const running = await runningResearch(sql, tenant);
    await requestCancel(sql, tenant, running.id);
    expect(await dueDeliveriesOf(sql, running.id)).toEqual([]);
    await claimAnew(sql, running.id);
    const { data } = await listDeliveries(sql, tenant, { limit: 10 });
    expect(data.map(({ research_id, type }) => [research_id, type]).toSorted()).toEqual(
      [
        [failed.id, "research.failed"],
        [queued.id, "research.cancelled"],
        [running.id, "research.cancelled"],
      ].toSorted(),
    );
    const told = data.find(({ type }) => type === "research.failed");
    expect(JSON.parse(told?.body ?? "").data).toMatchObject({ status: "failed", error });
    expect(await dueDeliveriesOf(sql, failed.id)).toEqual([{ id: told?.id, attempts: 0 }]);
  });

  test("a one-off url is told beside the endpoints, also of a job whose question only a text can hold", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const webhook = { url: "https://Once.example.com:8443/a?b=c" };
    const id = await completed(sql, tenant, { webhook, question: "What is \0 here?" });
    const { data } = await listDeliveries(sql, tenant, { limit: 10 });
    expect(data).toMatchObject([{ endpoint_id: null, research_id: id, url: webhook.url }]);
    expect(await receiverOf(sql, data[0]?.id ?? "")).toBe(`${tenant} https://once.example.com:8443`);
  });

  test("the end of a batch is told to those who listen and to its one-off url", async () => {
    const { sql } = database();
    const tenant = newTenant();
    await endpoint(sql, tenant, { events: ["batch.completed"] });
    const id = newId("bat");
    await sql.query(
      `insert into batches (id, tenant_id, status, webhook, metadata, total, running)
       values ($1, $2, 'running', '{"url": "https://once.example.com/"}', '{"study": "S-1"}', 3, 3)`,
      [id, tenant],
    );
    await sql.query("update batches set completed = 2, running = 1 where id = $1", [id]);
    expect((await listDeliveries(sql, tenant, { limit: 10 })).data).toEqual([]);
    await sql.query(
      "update batches set failed = 1, running = 0, status = 'completed', finished_at = clock_timestamp() where id = $1",
      [id],
    );
    const { data } = await listDeliveries(sql, tenant, { limit: 10 });
    expect(data.map(({ url }) => url).toSorted()).toEqual([
      "https://hooks.example.com/in",
      "https://once.example.com/",
    ]);
    expect(data.map(({ batch_id, type }) => [batch_id, type])).toEqual(data.map(() => [id, "batch.completed"]));
    expect(JSON.parse(data[0]?.body ?? "").data).toMatchObject({
      id,
      status: "completed",
      counts: { total: 3, completed: 2, failed: 1, cancelled: 0, invalid: 0 },
      metadata: { study: "S-1" },
    });
  });

  test("a line of a batch has a one-off url of its own, told also where the whole batch is cancelled", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const lines = [goodLine(1, "first", { webhook: { url: "https://line.example.com/" } }), goodLine(2)];
    const { staged: _, ...batch } = await receivedBatch(sql, tenant, lines);
    await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
    const { fed } = await tendBatch(sql, batch.id, { waiting: 10 });
    await requestBatchCancel(sql, tenant, batch.id);
    const { data } = await listDeliveries(sql, tenant, { limit: 10 });
    expect(data).toMatchObject([
      { research_id: fed[0], type: "research.cancelled", url: "https://line.example.com/", endpoint_id: null },
    ]);
    expect(JSON.parse(data[0]?.body ?? "").data).toMatchObject({ batch_id: batch.id, custom_id: "first" });
  });

  test("a finish that is refused, or asked for again, writes no delivery", async () => {
    const { sql } = database();
    const tenant = newTenant();
    await endpoint(sql, tenant);
    const id = await completed(sql, tenant);
    await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
    const refused = finishResearch(sql, { id, attempt: 1, outcome: { status: "cancelled" } });
    await expect(refused).rejects.toMatchObject({ code: "superseded" });
    expect((await listDeliveries(sql, tenant, { limit: 10 })).data).toHaveLength(1);
  });

  test("ids made in a statement are valid, different and in the order of time", async () => {
    const { sql } = database();
    const make = () => sql.query<{ id: string }>("select new_id('whd') as id from generate_series(1, 500)");
    const before = newId("whd", Date.now() - 1000);
    const ids = (await make()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(500);
    for (const id of ids) expect(id).toMatch(idPattern("whd"));
    expect(ids.every((id) => id > before && id < newId("whd", Date.now() + 1000))).toBe(true);
  });

  test("a claim begins one attempt, hides the delivery until its lease is over, and gives what is sent", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { secret, endpoint: target } = await endpoint(sql, tenant);
    const research = await completed(sql, tenant);
    const [due] = await dueDeliveriesOf(sql, research);
    const id = due?.id ?? "";
    const claims = await Promise.all([1, 2, 3].map(() => claimDelivery(sql, { id }, LEASE_MS)));
    const first = claims.find((claim) => claim !== null);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(first).toMatchObject({ attempt: 1, tries: 1, url: target.url, secrets: [secret], disabledReason: null });
    expect(await receiverOf(sql, id)).toBeNull();
    expect(await getDelivery(sql, tenant, id)).toMatchObject({ attempts: [{ n: 1, status: null, error: null }] });
    // Its process has died.
    await sql.query("update webhook_deliveries set next_attempt_at = clock_timestamp() where id = $1", [id]);
    const second = await claimDelivery(sql, { receiver: target.id }, LEASE_MS);
    expect(second).toMatchObject({ id, attempt: 2, body: first?.body });
    // The process was only slow: what it has to say comes too late.
    if (first) await recordAttempt(sql, first, went({ next: "failed", error: "Late." }));
    expect(await getDelivery(sql, tenant, id)).toMatchObject({ status: "pending", attempts: [{ error: "Late." }, {}] });
  });

  test("a success ends the delivery and is in its log; the endpoint stays unwritten", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: target } = await endpoint(sql, tenant);
    const [due] = await dueDeliveriesOf(sql, await completed(sql, tenant));
    await recordAttempt(sql, await claimed(sql, due?.id ?? ""), went({ answer: "thanks" }));
    expect(await getDelivery(sql, tenant, due?.id ?? "")).toMatchObject({
      status: "delivered",
      next_attempt_at: null,
      delivered_at: expect.any(String),
      last_error: null,
      attempts: [{ n: 1, latency_ms: 12, status: 204, error: null, answer: "thanks" }],
    });
    expect(await getEndpoint(sql, tenant, target.id)).toEqual(target);
    expect(await claimDelivery(sql, { id: due?.id ?? "" }, LEASE_MS)).toBeNull();
  });

  test("an endpoint that has failed for five days is disabled, and what waits for it is given up", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: target } = await endpoint(sql, tenant);
    const [first] = await dueDeliveriesOf(sql, await completed(sql, tenant));
    const waiting = await completed(sql, tenant);
    const fail = async () => recordAttempt(sql, await claimed(sql, first?.id ?? ""), FAILED);
    expect(await fail()).toEqual({ disabled: null });
    const failing = await getEndpoint(sql, tenant, target.id);
    expect(failing).toMatchObject({ enabled: true, consecutive_failures: 1, failing_since: expect.any(String) });
    const since = (text: string) =>
      sql.query("update webhook_endpoints set failing_since = clock_timestamp() - $2::text::interval where id = $1", [
        target.id,
        text,
      ]);
    await since("4 days 23 hours");
    expect(await fail()).toEqual({ disabled: null });
    await since("5 days 1 minute");
    expect(await fail()).toEqual({ disabled: "Every attempt of 5 days failed." });
    expect(await getEndpoint(sql, tenant, target.id)).toMatchObject({
      enabled: false,
      disabled_reason: "Every attempt of 5 days failed.",
      consecutive_failures: 3,
    });
    expect(await listEndpointEvents(sql, tenant, target.id)).toMatchObject([
      { type: "disabled", detail: "Every attempt of 5 days failed." },
    ]);
    const { data } = await listDeliveries(sql, tenant, { researchId: waiting, limit: 10 });
    expect(data).toMatchObject([{ status: "failed", last_error: "Every attempt of 5 days failed." }]);
    await completed(sql, tenant);
    expect((await listDeliveries(sql, tenant, { limit: 10 })).data).toHaveLength(2);
    expect(await redeliver(sql, tenant, first?.id ?? "")).toBe("endpoint_disabled");
    await updateEndpoint(sql, tenant, target.id, { enabled: true });
    expect(await getEndpoint(sql, tenant, target.id)).toMatchObject({
      enabled: true,
      disabled_reason: null,
      consecutive_failures: 0,
      failing_since: null,
    });
  });

  test("a success among failures begins the count anew, and a receiver that is gone is disabled at once", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: target } = await endpoint(sql, tenant);
    const attempt = async (outcome: AttemptOutcome) => {
      const [due] = await dueDeliveriesOf(sql, await completed(sql, tenant));
      return recordAttempt(sql, await claimed(sql, due?.id ?? ""), outcome);
    };
    await attempt(FAILED);
    await attempt(went({}));
    expect(await getEndpoint(sql, tenant, target.id)).toMatchObject({ consecutive_failures: 0, failing_since: null });
    const gone = went({ next: "failed", status: 410, error: "Gone.", wentWell: false, disable: "Answered 410 Gone." });
    expect(await attempt(gone)).toEqual({ disabled: "Answered 410 Gone." });
    expect(await getEndpoint(sql, tenant, target.id)).toMatchObject({ disabled_reason: "Answered 410 Gone." });
  });

  test("a delivery is sent again under its own id, with its own body and a fresh schedule", async () => {
    const { sql } = database();
    const tenant = newTenant();
    await endpoint(sql, tenant);
    const [due] = await dueDeliveriesOf(sql, await completed(sql, tenant));
    const id = due?.id ?? "";
    const first = await claimed(sql, id);
    await recordAttempt(sql, first, went({}));
    expect(await redeliver(sql, newTenant(), id)).toBe("missing");
    expect(await redeliver(sql, tenant, id)).toEqual({ id, attempts: 1 });
    expect(await claimed(sql, id)).toMatchObject({ id, attempt: 2, tries: 1, body: first.body });
  });

  test("what is wanted to be sent again while an attempt is under way is sent again, however that attempt ends", async () => {
    const { sql } = database();
    const tenant = newTenant();
    await endpoint(sql, tenant);
    for (const outcome of [went({}), went({ next: "failed", error: "Gone." })]) {
      const [due] = await dueDeliveriesOf(sql, await completed(sql, tenant));
      const id = due?.id ?? "";
      const underWay = await claimed(sql, id);
      await redeliver(sql, tenant, id);
      await recordAttempt(sql, underWay, outcome);
      expect(await claimed(sql, id)).toMatchObject({ attempt: 2, tries: 1 });
      expect((await getDelivery(sql, tenant, id))?.attempts).toMatchObject([
        { n: 1, status: outcome.status },
        { n: 2 },
      ]);
    }
  });

  test("both secrets sign for a day after a rotation, and never more than two", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: target, secret: oldest } = await endpoint(sql, tenant);
    const second = await rotateSecret(sql, tenant, target.id);
    const expiresMs = Date.parse(second?.endpoint.previous_secret_expires_at ?? "") - Date.now();
    expect(expiresMs / 3_600_000).toBeCloseTo(24, 1);
    const secrets = async () => {
      const made = await createTestDelivery(sql, tenant, target.id);
      if (typeof made === "string") throw new Error(made);
      return (await claimed(sql, made.id)).secrets;
    };
    expect(await secrets()).toEqual([second?.secret, oldest]);
    const third = await rotateSecret(sql, tenant, target.id);
    expect(await secrets()).toEqual([third?.secret, second?.secret]);
    await sql.query(
      "update webhook_endpoints set previous_secret_expires_at = clock_timestamp() - interval '1 second' where id = $1",
      [target.id],
    );
    expect(await secrets()).toEqual([third?.secret]);
    expect((await listEndpointEvents(sql, tenant, target.id)).map(({ type }) => type)).toEqual([
      "secret_rotated",
      "secret_rotated",
    ]);
  });

  test("what is due is listed for each receiver up to its share, the longest waiting first", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { endpoint: busy } = await endpoint(sql, tenant, { events: ["research.completed"] });
    const { endpoint: idle } = await endpoint(sql, tenant, { events: ["research.cancelled"] });
    for (let index = 0; index < 4; index++) await completed(sql, tenant);
    const { research } = await createResearch(sql, newResearch(tenant));
    await requestCancel(sql, tenant, research.id);
    const mine = async (except: string[]) => {
      const due = await listDueDeliveries(sql, { except, perReceiver: 3, limit: 1000 });
      const { data } = await listDeliveries(sql, tenant, { limit: 100 });
      return due.flatMap(({ id }) => data.find((delivery) => delivery.id === id)?.endpoint_id ?? []);
    };
    expect(await mine([])).toEqual([busy.id, busy.id, busy.id, idle.id]);
    expect(await mine([busy.id])).toEqual([idle.id]);
    expect(await listDueDeliveries(sql, { except: [], perReceiver: 3, limit: 1 })).toHaveLength(1);
  });

  test("an endpoint is changed, listed and erased by its tenant alone, and there are so many of them", async () => {
    const { sql } = database();
    const [tenant, other] = [newTenant(), newTenant()];
    const { endpoint: target } = await endpoint(sql, tenant, { description: "ours" });
    expect(await getEndpoint(sql, other, target.id)).toBeNull();
    expect(await updateEndpoint(sql, other, target.id, { description: "theirs" })).toBeNull();
    expect(await rotateSecret(sql, other, target.id)).toBeNull();
    expect(await createTestDelivery(sql, other, target.id)).toBe("missing");
    expect(await deleteEndpoint(sql, other, target.id)).toBe(false);
    const changed = await updateEndpoint(sql, tenant, target.id, { url: "https://new.example.com/" });
    expect(changed).toMatchObject({ url: "https://new.example.com/", description: "ours", enabled: true });
    for (let index = 1; index < 50; index++) await endpoint(sql, tenant);
    await expect(endpoint(sql, tenant)).rejects.toMatchObject({ code: "conflict" });
    const page = await listEndpoints(sql, tenant, { limit: 49 });
    expect(page.data).toHaveLength(49);
    const rest = await listEndpoints(sql, tenant, { limit: 49, after: page.nextCursor ?? "" });
    expect(rest).toEqual({ data: [changed], nextCursor: null });
    const research = await completed(sql, tenant);
    expect(await deleteEndpoint(sql, tenant, target.id)).toBe(true);
    expect((await listDeliveries(sql, tenant, { researchId: research, limit: 100 })).data).toHaveLength(49);
  });

  test("a tenant's own secret is made once", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const secrets = await Promise.all([1, 2, 3].map(() => tenantWebhookSecret(sql, tenant)));
    expect(new Set(secrets).size).toBe(1);
    expect(secrets[0]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await tenantWebhookSecret(sql, newTenant())).not.toBe(secrets[0]);
  });
}
