import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const PATH = "/api/v1/research";
const FAILURE = { code: "timeout", message: "Took too long.", retryable: false };

test("a queued job is cancelled at once", async ({ api }) => {
  const { id, links } = await submit(api);
  expect(await api.call("POST", links.cancel)).toMatchObject({ status: 202, body: { status: "cancelled" } });
  expect(await api.call("POST", links.cancel)).toMatchObject({ status: 409, body: { code: "conflict" } });
  expect(await api.call("GET", `${PATH}/${id}`)).toMatchObject({ body: { status: "cancelled" } });
});

test("a running job is asked to stop, and those who wait for it see it end", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  const polling = api.call("GET", `${PATH}/${id}?wait=60`);
  expect(await api.call("POST", links.cancel)).toMatchObject({ status: 202, body: { status: "running" } });
  await worker.finish({ status: "cancelled" });
  expect(await polling).toMatchObject({ body: { status: "cancelled" } });
});

test("only a failed job is retried, and then it waits in the backlog again", async ({ api, parts }) => {
  const { id } = await submit(api);
  expect((await api.call("POST", `${PATH}/${id}/retry`)).status).toBe(409);
  const worker = await claim(parts, id);
  await worker.finish({ status: "failed", error: FAILURE });
  expect(await api.call("GET", `${PATH}/${id}`)).toMatchObject({ body: { status: "failed", error: FAILURE } });
  const retried = await api.call("POST", `${PATH}/${id}/retry`);
  expect(retried).toMatchObject({ status: 202, body: { status: "queued", error: null } });
  expect(await parts.sql.query("select status, dispatched_at from research where id = $1", [id])).toEqual([
    { status: "queued", dispatched_at: null },
  ]);
});

test("a job is erased with all that belongs to it, but not while it runs", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  expect((await api.call("DELETE", links.self)).status).toBe(409);
  await worker.finish({ status: "completed", report: REPORT });
  expect(await api.call("DELETE", links.self)).toMatchObject({ status: 204, text: "" });
  expect((await api.call("GET", links.self)).status).toBe(404);
  expect((await api.call("GET", links.events)).status).toBe(404);
  expect((await api.call("DELETE", links.self)).status).toBe(404);
});

test("a job whose watchers cannot be told is cancelled all the same", async ({ parts }) => {
  const { queues } = parts;
  const wakeups = { ...queues.wakeups, notify: () => Promise.reject(new Error("queue is away")) };
  await using api = await startTestApi(parts, { queues: { ...queues, wakeups } });
  const { links } = await submit(api);
  expect(await api.call("POST", links.cancel)).toMatchObject({ status: 202, body: { status: "cancelled" } });
});
