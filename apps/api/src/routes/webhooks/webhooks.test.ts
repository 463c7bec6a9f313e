import {
  NewWebhookEndpoint,
  Problem,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointWithLog,
  WebhookEndpointWithSecret,
} from "@pharmadb/contracts";
import { claimDelivery, type DueDelivery, recordAttempt } from "@pharmadb/store";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import type { Answer } from "../../testing/call.ts";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const PATH = "/api/v1/webhooks";
const URL_IN = "https://hooks.example.com/in";

const paths = ({ body }: Answer) => (Problem.parse(body).errors ?? []).map(({ path }) => path);

async function create(api: TestApi, fields: object = {}) {
  const answer = await api.call("POST", PATH, { json: { url: URL_IN, ...fields } });
  expect(answer.status, answer.text).toBe(201);
  return WebhookEndpointWithSecret.parse(answer.body);
}

test("an endpoint is made with a secret that is shown once, read, changed, listed and erased", async ({ api }) => {
  const made = await api.call("POST", PATH, {
    json: { url: URL_IN, events: ["research.failed"], description: "Ours" },
  });
  const { secret, ...endpoint } = WebhookEndpointWithSecret.parse(made.body);
  expect([made.status, made.headers.get("location"), made.headers.get("cache-control")]).toEqual([
    201,
    `${PATH}/${endpoint.id}`,
    "no-store",
  ]);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(endpoint).toMatchObject({ url: URL_IN, events: ["research.failed"], description: "Ours", enabled: true });

  const read = await api.call("GET", `${PATH}/${endpoint.id}`);
  expect(read.body).toEqual({ ...endpoint, log: [] });
  expect(read.text).not.toContain(secret);
  expect((await create(api)).events).toEqual(NewWebhookEndpoint.parse({ url: URL_IN }).events);
  const patched = await api.call("PATCH", `${PATH}/${endpoint.id}`, { json: { events: ["batch.completed"] } });
  expect(patched.body).toMatchObject({ url: URL_IN, events: ["batch.completed"], description: "Ours" });
  const listed = await api.call("GET", `${PATH}?limit=100`);
  expect(listed.text).not.toContain("whsec_");
  expect((listed.body as { data: { id: string }[] }).data.map(({ id }) => id)).toContain(endpoint.id);
  expect((await api.call("DELETE", `${PATH}/${endpoint.id}`)).status).toBe(204);
  expect((await api.call("GET", `${PATH}/${endpoint.id}`)).status).toBe(404);
});

test("a URL that leads nowhere public is refused by its field, at creation, at a change and for a single job", async ({
  api,
}) => {
  const { id } = await create(api);
  const file_ids = [await uploadCsv(api)];
  const urls = [
    "http://127.0.0.1/hook",
    "http://[::ffff:10.0.0.1]/",
    "http://2130706433/",
    "https://169.254.169.254/latest/meta-data/",
    "https://hooks.inside.example.com/",
    "https://no-such-name.test/",
    "https://user:pass@hooks.example.com/",
    "https://hooks.example.com:6379/",
    "ftp://hooks.example.com/",
    "https://hooks.example.com/a b",
    "not a url",
    "",
  ];
  for (const url of urls) {
    const made = await api.call("POST", PATH, { json: { url } });
    expect([made.status, paths(made)], url).toEqual([422, ["url"]]);
    const changed = await api.call("PATCH", `${PATH}/${id}`, { json: { url } });
    expect([changed.status, paths(changed)], url).toEqual([422, ["url"]]);
    const job = await api.call("POST", "/api/v1/research", { json: { question: "Why?", file_ids, webhook: { url } } });
    expect([job.status, paths(job)], url).toEqual([422, ["webhook.url"]]);
    const line = { custom_id: "a", question: "Why?", file_ids };
    const batch = await api.call("POST", "/api/v1/batches", { json: { requests: [line], webhook: { url } } });
    expect([batch.status, paths(batch)], url).toEqual([422, ["webhook.url"]]);
  }
  expect((await api.call("GET", `${PATH}/${id}`)).body).toMatchObject({ url: URL_IN });
});

test("other faults of a body are named by their fields", async ({ api }) => {
  const cases: [object, string[]][] = [
    [{}, ["url"]],
    [{ url: URL_IN, events: [] }, ["events"]],
    [{ url: URL_IN, events: ["research.done"] }, ["events.0"]],
    [{ url: URL_IN, events: ["research.failed", "research.failed"] }, ["events"]],
    [{ url: URL_IN, description: "x".repeat(501) }, ["description"]],
    [{ url: URL_IN, secret: "whsec_mine" }, ["secret"]],
  ];
  for (const [json, expected] of cases) {
    const answer = await api.call("POST", PATH, { json });
    expect([answer.status, paths(answer)], JSON.stringify(json)).toEqual([422, expected]);
  }
});

test("a secret is rotated, and the log of the endpoint says so", async ({ api }) => {
  const { id, secret } = await create(api);
  const rotated = await api.call("POST", `${PATH}/${id}/rotate-secret`);
  const after = WebhookEndpointWithSecret.parse(rotated.body);
  expect(after.secret).not.toBe(secret);
  expect(after.previous_secret_expires_at).not.toBeNull();
  const { log } = WebhookEndpointWithLog.parse((await api.call("GET", `${PATH}/${id}`)).body);
  expect(log.map(({ type }) => type)).toEqual(["secret_rotated"]);
});

test("a job's end, a test and a redelivery are queued at once, and the log tells what came of them", async ({
  parts,
}) => {
  const queued: DueDelivery[] = [];
  const webhooks = {
    ...parts.queues.webhooks,
    add: async (entries: readonly DueDelivery[]) => void queued.push(...entries),
  };
  await using api = await startTestApi(parts, { queues: { ...parts.queues, webhooks } });
  const { id } = await create(api, { events: ["research.cancelled"] });
  const job = await submit(api);
  await api.call("POST", job.links.cancel);
  const tested = await api.call("POST", `${PATH}/${id}/test`);
  expect([tested.status, tested.headers.get("location")]).toEqual([
    202,
    `${PATH}/deliveries/${(tested.body as { id: string }).id}`,
  ]);
  const listed = await api.call("GET", `${PATH}/${id}/deliveries`);
  const [test, cancelled] = (listed.body as { data: unknown[] }).data.map((item) => WebhookDelivery.parse(item));
  expect(test).toMatchObject({ type: "webhook.test", status: "pending", attempts: [] });
  expect(cancelled).toMatchObject({ type: "research.cancelled", research_id: job.id });
  const mine = queued.filter((due) => due.id === test?.id || due.id === cancelled?.id);
  expect(mine).toEqual([
    { id: cancelled?.id, attempts: 0 },
    { id: test?.id, attempts: 0 },
  ]);

  const claimed = await claimDelivery(parts.sql, { id: cancelled?.id ?? "" }, 60_000);
  if (!claimed) throw new Error("It was not due.");
  const outcome = { latencyMs: 31, status: 500, error: "The receiver answered 500.", answer: "Oops", wentWell: false };
  await recordAttempt(parts.sql, claimed, { ...outcome, next: "failed" });
  const failed = await api.call("GET", `${PATH}/${id}/deliveries?status=failed`);
  expect(failed.body).toMatchObject({
    data: [
      {
        id: cancelled?.id,
        last_error: "The receiver answered 500.",
        attempts: [{ n: 1, latency_ms: 31, status: 500, error: "The receiver answered 500.", answer: "Oops" }],
      },
    ],
  });
  const again = await api.call("POST", `${PATH}/deliveries/${cancelled?.id}/redeliver`);
  expect(again).toMatchObject({ status: 202, body: { id: cancelled?.id, status: "pending", body: cancelled?.body } });
  expect(queued.at(-1)).toEqual({ id: cancelled?.id, attempts: 1 });
});

test("a disabled endpoint is sent nothing, not even a test, until it is enabled again", async ({ api }) => {
  const { id } = await create(api);
  await api.call("POST", `${PATH}/${id}/test`);
  const disabled = await api.call("PATCH", `${PATH}/${id}`, { json: { enabled: false } });
  expect(disabled.body).toMatchObject({ enabled: false, disabled_reason: "Disabled by its owner." });
  expect(await api.call("POST", `${PATH}/${id}/test`)).toMatchObject({ status: 409, body: { code: "conflict" } });
  const { body } = await api.call("GET", `${PATH}/${id}/deliveries`);
  const [given] = (body as { data: WebhookDelivery[] }).data;
  expect(given).toMatchObject({ status: "failed", last_error: "Disabled by its owner." });
  expect((await api.call("POST", `${PATH}/deliveries/${given?.id}/redeliver`)).status).toBe(409);
  const enabled = await api.call("PATCH", `${PATH}/${id}`, { json: { enabled: true } });
  expect(WebhookEndpoint.parse(enabled.body)).toMatchObject({ enabled: true, disabled_at: null });
  expect((await api.call("POST", `${PATH}/${id}/test`)).status).toBe(202);
});

test("a one-off url is accepted, and what is sent to it is found by its job", async ({ api, parts }) => {
  const { id } = await submit(api, { webhook: { url: "https://once.example.com/x" } });
  await (await claim(parts, id)).finish({ status: "completed", report: REPORT });
  const { body } = await api.call("GET", `${PATH}/deliveries?research_id=${id}`);
  const oneOff = (body as { data: WebhookDelivery[] }).data.filter((delivery) => delivery.endpoint_id === null);
  expect(oneOff).toMatchObject([{ url: "https://once.example.com/x", research_id: id, type: "research.completed" }]);
  expect((await api.call("GET", `${PATH}/deliveries/${oneOff[0]?.id}`)).body).toEqual(oneOff[0]);
  const secret = await api.call("GET", `${PATH}/secret`);
  expect(secret.body).toMatchObject({ secret: expect.stringMatching(/^whsec_/) });
  expect((await api.call("GET", `${PATH}/secret`)).body).toEqual(secret.body);
});

test("a job is cancelled also while the queue of webhooks is away", async ({ parts }) => {
  const webhooks = { ...parts.queues.webhooks, add: () => Promise.reject(new Error("queue is away")) };
  await using api = await startTestApi(parts, { queues: { ...parts.queues, webhooks } });
  const { links } = await submit(api);
  expect((await api.call("POST", links.cancel)).status).toBe(202);
  expect(api.log).toContainEqual(expect.objectContaining({ message: "webhooks not queued yet" }));
});
