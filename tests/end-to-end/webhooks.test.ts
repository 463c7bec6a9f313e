import { fileURLToPath } from "node:url";
import { type ApiProcess, startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import { WebhookDelivery, WebhookEndpoint } from "@pharmadb/contracts";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Receiver, startReceiver } from "../doubles/receiver/start-receiver.ts";
import { missingServers, startServers } from "./start-servers.ts";

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));
const missing = await missingServers();

vi.setConfig({ testTimeout: 120_000 });

const WithSecret = WebhookEndpoint.extend({ secret: z.string() });
const DeliveryPage = z.object({ data: z.array(WebhookDelivery) });

async function startService() {
  await using stack = new AsyncDisposableStack();
  const servers = stack.use(await startServers());
  const env = { ...servers.env, WEBHOOK_ALLOW_PRIVATE: "true", WEBHOOK_RETRY_SCHEDULE: "1s,1s" };
  const api = stack.use(await startApiProcess({ env }));
  const worker = stack.use(await startWorkerProcess({ env }));
  const { id: fileId } = await api.client.uploadFile(AE);
  const owned = stack.move();
  return {
    api,
    worker,
    /** Asks, and gives the id of the job once it has ended. */
    async endJob(): Promise<string> {
      const { id } = await api.client.submit({ question: "How many events were serious?", file_ids: [fileId] });
      return (await api.client.waitForEnd(id)).id;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function call<T>({ url }: ApiProcess, method: string, path: string, answer: z.ZodType<T>, body?: object) {
  const response = await fetch(`${url}/api/v1/webhooks${path}`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return answer.parse(await response.json());
}

async function received({ received: all, until }: Receiver, of: { job: string; count?: number }) {
  const about = () => all.filter(({ data }) => data.id === of.job);
  await until(() => about().length >= (of.count ?? 1));
  return about();
}

describe.skipIf(missing.length > 0)(`webhooks${missing.map((name) => ` (no ${name} here)`).join("")}`, () => {
  test("are sent and sent again by another process than the one that is asked over HTTP", async () => {
    await using service = await startService();
    const { api, endJob } = service;
    await using receiver = await startReceiver();
    const { id, secret } = await call(api, "POST", "", WithSecret, { url: receiver.url });
    receiver.trust(secret);
    const log = async () => (await call(api, "GET", `/${id}/deliveries`, DeliveryPage)).data;
    const untilDelivered = () =>
      expect.poll(async () => (await log()).every(({ status }) => status === "delivered")).toBe(true);

    receiver.react((_received, index) => ({ status: index === 0 ? 500 : 200, body: "Thank you" }));
    const job = await endJob();
    const [first, second] = await received(receiver, { job, count: 2 });
    expect(first).toMatchObject({ type: "research.completed", data: { id: job, status: "completed" } });
    expect([second?.id, second?.raw]).toEqual([first?.id, first?.raw]);
    await untilDelivered();
    const [delivery] = await log();
    expect(delivery).toMatchObject({
      id: first?.id,
      research_id: job,
      url: receiver.url,
      body: first?.raw,
      attempts: [
        { n: 1, status: 500, answer: "Thank you" },
        { n: 2, status: 200, error: null, answer: "Thank you" },
      ],
    });

    await call(api, "POST", `/deliveries/${delivery?.id}/redeliver`, WebhookDelivery);
    const [, , third] = await received(receiver, { job, count: 3 });
    expect([third?.id, third?.raw]).toEqual([first?.id, first?.raw]);

    const { id: testId } = await call(api, "POST", `/${id}/test`, WebhookDelivery);
    await receiver.until((all) => all.some((one) => one.id === testId && one.type === "webhook.test"));

    const { secret: next } = await call(api, "POST", `/${id}/rotate-secret`, WithSecret);
    expect(next).not.toBe(secret);
    for (const trusted of [secret, next]) {
      receiver.trustOnly(trusted);
      const [told] = await received(receiver, { job: await endJob() });
      expect(told?.signatures).toHaveLength(2);
    }
    expect(receiver.refused).toEqual([]);
    await untilDelivered();
    expect((await log()).map(({ type, attempts }) => [type, attempts.length])).toEqual([
      ["research.completed", 1],
      ["research.completed", 1],
      ["webhook.test", 1],
      ["research.completed", 3],
    ]);
  });
});
