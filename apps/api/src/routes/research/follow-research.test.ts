import { Research } from "@pharmadb/contracts";
import { expect } from "vitest";
import { z } from "zod";
import { test } from "../../testing/api-test.ts";
import type { TestApi } from "../../testing/start-test-api.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const PATH = "/api/v1/research";
const UNKNOWN = `res_${"0".repeat(26)}`;

test("a job that has not changed is not sent again", async ({ api, parts }) => {
  const { id } = await submit(api);
  const first = await api.call("GET", `${PATH}/${id}`);
  const etag = first.headers.get("etag") ?? "";
  expect(first.headers.get("retry-after")).not.toBeNull();
  const ask = (tags: string) => api.call("GET", `${PATH}/${id}`, { headers: { "if-none-match": tags } });
  expect(await ask(`"other", ${etag}`)).toMatchObject({ status: 304, text: "" });
  expect(await ask("*")).toMatchObject({ status: 304 });
  await (await claim(parts, id)).emit("Counting");
  const changed = await ask(etag);
  expect(changed).toMatchObject({ status: 200, body: { status: "running" } });
  expect(changed.headers.get("etag")).not.toBe(etag);
});

test("a long poll returns when the job ends", async ({ api, parts }) => {
  const { id } = await submit(api);
  const polling = api.call("GET", `${PATH}/${id}?wait=60`);
  const worker = await claim(parts, id);
  await worker.emit("Counting");
  await worker.finish({ status: "completed", report: REPORT });
  const answer = await polling;
  expect(answer.body).toMatchObject({ status: "completed", progress: { percent: 100 } });
  expect(answer.headers.get("retry-after")).toBeNull();
  expect(await api.call("GET", `${PATH}/${id}?wait=60`)).toMatchObject({ status: 200 });
});

test("a long poll finds an end that nobody was woken for", async ({ parts }) => {
  const { queues } = parts;
  const deaf = { subscribe: () => ({ [Symbol.dispose]: () => undefined }), notify: async () => undefined };
  await using api = await startTestApi(parts, { queues: { ...queues, wakeups: deaf }, timing: { recheckMs: 10 } });
  const { id } = await submit(api);
  const polling = api.call("GET", `${PATH}/${id}?wait=60`);
  await (await claim(parts, id)).finish({ status: "cancelled" });
  expect((await polling).body).toMatchObject({ status: "cancelled" });
});

test("a long poll of a job that goes on returns after its time", async ({ api }) => {
  const { id } = await submit(api);
  const answer = await api.call("GET", `${PATH}/${id}?wait=1`);
  expect(answer).toMatchObject({ status: 200, body: { status: "queued" } });
});

test("a client that leaves a long poll leaves no subscription behind", async ({ parts }) => {
  const { queues } = parts;
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const wakeups = {
    ...queues.wakeups,
    subscribe(id: string, listener: () => void) {
      const subscription = queues.wakeups.subscribe(id, listener);
      begun.resolve();
      return {
        [Symbol.dispose]() {
          subscription[Symbol.dispose]();
          ended.resolve();
        },
      };
    },
  };
  await using api = await startTestApi(parts, { queues: { ...queues, wakeups } });
  const { id } = await submit(api);
  const client = new AbortController();
  const polling = api.call("GET", `${PATH}/${id}?wait=60`, { signal: client.signal });
  await begun.promise;
  client.abort();
  await expect(polling).rejects.toThrow();
  await ended.promise;
});

test("a wait that is no number, too long or given twice is named", async ({ api }) => {
  const { id } = await submit(api);
  for (const query of ["wait=61", "wait=soon", "wait=-1", "wait=1&wait=2"]) {
    const answer = await api.call("GET", `${PATH}/${id}?${query}`);
    expect([answer.status, answer.text], query).toEqual([422, expect.stringContaining('"path":"wait"')]);
  }
});

test("a job that does not exist, or whose id is no id, is not found on any route", async ({ api }) => {
  for (const id of [UNKNOWN, "res_1", "..%2f..%2fetc", `file_${"0".repeat(26)}`]) {
    for (const route of ["", "/events", "/report", "/evidence", "/evidence/1"]) {
      expect((await api.call("GET", `${PATH}/${id}${route}`)).status, `${id}${route}`).toBe(404);
    }
    for (const route of ["/cancel", "/retry", "/recompute"]) {
      expect((await api.call("POST", `${PATH}/${id}${route}`)).status, `${id}${route}`).toBe(404);
    }
    expect((await api.call("DELETE", `${PATH}/${id}`)).status).toBe(404);
  }
});

test("pages of a list hold every job once, newest first", async ({ api }) => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift((await submit(api, { metadata: { of: "paging" } })).id);
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page = await list(api, `metadata.of=paging&limit=2${cursor === null ? "" : `&after=${cursor}`}`);
    pages.push(page.data.map(({ id }) => id));
    expect(page.has_more).toBe(page.next_cursor !== null);
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
});

test("a list is filtered by status, batch and metadata", async ({ api, parts }) => {
  const metadata = { "study.site": "A&B", of: "filter" };
  const queued = await submit(api, { metadata });
  const running = await submit(api, { metadata: { of: "filter" } });
  await claim(parts, running.id);
  const idsOf = async (query: string) => (await list(api, query)).data.map(({ id }) => id);
  expect(await idsOf("metadata.of=filter&status=running")).toEqual([running.id]);
  expect(await idsOf("metadata.of=filter&metadata.study.site=A%26B")).toEqual([queued.id]);
  expect(await idsOf(`metadata.of=filter&batch_id=bat_${"0".repeat(26)}`)).toEqual([]);
});

test("a query parameter that is unknown or wrong is named", async ({ api }) => {
  const cases = {
    "colour=red": "colour",
    "status=done": "status",
    "limit=101": "limit",
    "limit=0": "limit",
    "after=5": "after",
    "batch_id=1": "batch_id",
    "metadata=1": "metadata",
  };
  for (const [query, path] of Object.entries(cases)) {
    const answer = await api.call("GET", `${PATH}?${query}`);
    expect([answer.status, answer.text], query).toEqual([422, expect.stringContaining(`"path":"${path}"`)]);
  }
});

async function list({ call }: TestApi, query: string) {
  const answer = await call("GET", `${PATH}?${query}`);
  return z
    .object({ data: z.array(Research), has_more: z.boolean(), next_cursor: z.string().nullable() })
    .parse(answer.body);
}
