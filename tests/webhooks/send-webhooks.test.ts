import { getEndpoint, redeliver, rotateSecret, tenantWebhookSecret, updateEndpoint } from "@pharmadb/store";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { openSender, type Sender, TENANT } from "./open-sender.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

// One record for all, for making one takes seconds; each test has its own endpoints and begins with an empty log.
const opened = openSender();
let sender: Sender;
beforeEach(async () => {
  sender = await opened;
  await sender.sql.query("delete from webhook_endpoints");
  await sender.sql.query("delete from webhook_deliveries");
});
afterAll(async () => (await opened)[Symbol.asyncDispose]());

test("the end of a job is told at once, signed, with ids to fetch it by", async () => {
  await using receiver = await startReceiver();
  const { id: endpointId, secret } = await sender.endpoint(receiver.url);
  receiver.trust(secret);
  // Not by looking around: the entry that the end of the job makes is what sends it.
  await using _serving = await sender.serve({ timing: { webhookPollMs: 60_000 } });
  const tookMs: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const id = await sender.endJob();
    const endedMs = performance.now();
    await receiver.until((received) => received.some(({ data }) => data.id === id));
    tookMs.push((receiver.received.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) - endedMs);
    const delivery = (await sender.until((all) => all.every(({ status }) => status === "delivered"))).at(-1);
    const told = receiver.received.at(-1);
    expect(told).toMatchObject({ type: "research.completed", data: { id, status: "completed" } });
    expect(delivery).toMatchObject({
      id: told?.id,
      endpoint_id: endpointId,
      research_id: id,
      body: told?.raw,
      attempts: [{ n: 1, status: 204, error: null, answer: "" }],
    });
  }
  expect(tookMs.toSorted((a, b) => a - b)[2]).toBeLessThan(200);
  expect(receiver.refused).toEqual([]);
});

test("every attempt has the same id and the same bytes, and a time and a signature of its own", async () => {
  await using receiver = await startReceiver();
  receiver.trust((await sender.endpoint(receiver.url)).secret);
  receiver.react((_received, index) => ({ status: index < 2 ? 500 : 200, body: "x".repeat(3000) }));
  await using _serving = await sender.serve({ retryMs: [1100, 1100] });
  await sender.endJob({ metadata: { note: "ünïcode \u2028 “quoted”" } });
  const [delivery] = await sender.until(([first]) => first?.status === "delivered");
  expect(new Set(receiver.received.map(({ id, raw }) => `${id} ${raw}`))).toEqual(
    new Set([`${delivery?.id} ${delivery?.body}`]),
  );
  const timestamps = receiver.received.map(({ timestamp }) => timestamp);
  expect(timestamps).toHaveLength(3);
  expect((timestamps[2] ?? 0) - (timestamps[0] ?? 0)).toBeGreaterThanOrEqual(1);
  expect(new Set(receiver.received.map(({ signatures }) => signatures.join(" "))).size).toBeGreaterThan(1);
  expect(delivery?.attempts.map(({ status, error }) => [status, error])).toEqual([
    [500, "The receiver answered 500."],
    [500, "The receiver answered 500."],
    [200, null],
  ]);
  expect(delivery?.attempts[0]?.answer).toBe("x".repeat(1024));
});

test("after the last try a delivery has failed, and can be sent again under the same id", async () => {
  await using receiver = await startReceiver();
  receiver.trust((await sender.endpoint(receiver.url)).secret);
  receiver.react(() => ({ status: 503 }));
  await using _serving = await sender.serve({ retryMs: [10] });
  await sender.endJob();
  const [failed] = await sender.until(([first]) => first?.status === "failed");
  expect(failed).toMatchObject({ last_error: "The receiver answered 503.", next_attempt_at: null });
  expect(receiver.received).toHaveLength(2);
  receiver.react(() => ({ status: 200 }));
  const again = await redeliver(sender.sql, TENANT, failed?.id ?? "");
  if (typeof again === "string") throw new Error(again);
  await sender.queues.webhooks.add([again]);
  const [delivered] = await sender.until(([first]) => first?.status === "delivered");
  expect(delivered?.attempts).toHaveLength(3);
  expect(new Set(receiver.received.map(({ id, raw }) => id + raw)).size).toBe(1);
});

test("redirects are not followed, broken connections and late answers are failures, each by its name", async () => {
  await using target = await startReceiver();
  await using receiver = await startReceiver();
  const { secret } = await sender.endpoint(receiver.url);
  receiver.trust(secret);
  target.trust(secret);
  receiver.react((_received, index) => {
    if (index === 0) return { status: 307, headers: { location: target.url } };
    return index === 1 ? "reset" : "hang";
  });
  await using _serving = await sender.serve({ retryMs: [1, 1], totalMs: 300 });
  await sender.endJob();
  const [delivery] = await sender.until(([first]) => first?.status === "failed");
  expect(delivery?.attempts.map(({ status, error }) => [status, error])).toEqual([
    [307, "The receiver answered 307; redirects are not followed."],
    [null, "The connection was closed before an answer came."],
    [null, "No answer within 0.3 seconds."],
  ]);
  expect(target.received).toEqual([]);
});

test("a receiver says when it wants to be asked again, that it wants a message no more, or that it is gone", async () => {
  await using receiver = await startReceiver();
  const { id: endpointId, secret } = await sender.endpoint(receiver.url);
  receiver.trust(secret);
  await using _serving = await sender.serve({ retryMs: [1000] });
  receiver.react(() => ({ status: 429, headers: { "retry-after": "3600" } }));
  await sender.endJob();
  const [later] = await sender.until(([first]) => first?.attempts[0]?.status === 429);
  const waitMs = Date.parse(later?.next_attempt_at ?? "") - Date.now();
  expect(waitMs).toBeGreaterThan(3_590_000);
  expect(waitMs).toBeLessThanOrEqual(3_600_000);

  receiver.react(() => ({ status: 400, headers: { "webhook-delivery": "abort-message" } }));
  await sender.endJob();
  const [, aborted] = await sender.until(([, second]) => second?.status === "failed");
  expect(aborted).toMatchObject({
    attempts: [{ n: 1 }],
    last_error: "The receiver answered 400. The receiver wants this message no more.",
  });
  expect(await getEndpoint(sender.sql, TENANT, endpointId)).toMatchObject({ enabled: true });

  receiver.react(() => ({ status: 410 }));
  await sender.endJob();
  const all = await sender.until(
    (deliveries) => deliveries.length === 3 && deliveries.every((d) => d.status === "failed"),
  );
  expect(all[0]).toMatchObject({ last_error: "The receiver answered 410 Gone." });
  expect(await getEndpoint(sender.sql, TENANT, endpointId)).toMatchObject({
    enabled: false,
    disabled_reason: "The receiver answered 410 Gone.",
  });
  expect(sender.logs).toContainEqual(expect.objectContaining({ message: "webhook endpoint disabled" }));
});

test("during a rotation both secrets verify, and afterwards the new one alone", async () => {
  await using receiver = await startReceiver();
  const { id, secret: before } = await sender.endpoint(receiver.url);
  const after = (await rotateSecret(sender.sql, TENANT, id))?.secret ?? "";
  await using _serving = await sender.serve();
  for (const trusted of [before, after]) {
    receiver.trustOnly(trusted);
    const job = await sender.endJob();
    await receiver.until((received) => received.some(({ data }) => data.id === job));
  }
  expect(receiver.received.map(({ signatures }) => signatures.length)).toEqual([2, 2]);
  await sender.sql.query("update webhook_endpoints set previous_secret_expires_at = clock_timestamp()");
  await sender.endJob();
  await receiver.until((received) => received.length === 3);
  expect(receiver.received[2]?.signatures).toHaveLength(1);
  receiver.trustOnly(before);
  await sender.endJob();
  await sender.until((all) => all.some(({ status }) => status === "failed"));
  expect(receiver.refused).toEqual([expect.stringContaining("No matching signature found")]);
});

test("a one-off url is signed with the secret of its tenant", async () => {
  await using receiver = await startReceiver();
  receiver.trust(await tenantWebhookSecret(sender.sql, TENANT));
  await using _serving = await sender.serve();
  const id = await sender.endJob({ webhook: { url: receiver.url } });
  const [delivery] = await sender.until(([first]) => first?.status === "delivered");
  expect(delivery).toMatchObject({ endpoint_id: null, research_id: id, url: receiver.url });
  expect(receiver.received).toMatchObject([{ id: delivery?.id, data: { id } }]);
});

test("what waits for an endpoint goes to the url that it has by then", async () => {
  await using wrong = await startReceiver();
  await using right = await startReceiver();
  const { id, secret } = await sender.endpoint(wrong.url);
  wrong.trust(secret);
  right.trust(secret);
  wrong.react(() => ({ status: 500 }));
  await sender.endJob();
  await using _serving = await sender.serve({ retryMs: [300] });
  await wrong.until((received) => received.length === 1);
  await updateEndpoint(sender.sql, TENANT, id, { url: right.url });
  await right.until((received) => received.length === 1);
  expect(right.received[0]?.id).toBe(wrong.received[0]?.id);
});
