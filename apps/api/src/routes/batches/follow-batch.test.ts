import { Batch, BatchError, BatchResult } from "@pharmadb/contracts";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import {
  BATCHES,
  complete,
  getBatch,
  linesOf,
  requestsAbout,
  submitBatch,
  tend,
  toLines,
} from "../../testing/batches.ts";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { claim } from "../../testing/worker-side.ts";

type Sent = { id: number; event: string; batch: Batch; at: number };

/** Reads the events of a batch to their end. */
async function readBatchEvents(
  api: TestApi,
  id: string,
  { after, onEvent }: { after?: number; onEvent?: (sent: Sent) => unknown } = {},
): Promise<Sent[]> {
  const headers: Record<string, string> = after === undefined ? {} : { "last-event-id": String(after) };
  const response = await fetch(`${api.url}${BATCHES}/${id}/events`, { headers });
  if (response.status === 204 || !response.body) return [];
  const found: Sent[] = [];
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [, version, event = "", data = ""] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (version === undefined) continue;
      const sent = { id: Number(version), event, batch: Batch.parse(JSON.parse(data)), at: performance.now() };
      found.push(sent);
      await onEvent?.(sent);
    }
  }
  return found;
}

const resultsOf = async ({ call }: TestApi, id: string) => linesOf(await call("GET", `${BATCHES}/${id}/results`));
const errorsOf = async ({ call }: TestApi, id: string) => linesOf(await call("GET", `${BATCHES}/${id}/errors`));

test("results come in the order of submission, while it runs those that have ended", async ({ api, parts }) => {
  const requests = requestsAbout(await uploadCsv(api), 5);
  const { id } = await submitBatch(api, toLines([requests[0], {}, ...requests.slice(1)]));
  const jobs = await tend(parts, id);
  expect(await resultsOf(api, id)).toEqual([]);
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = jobs;
  await complete(parts, fifth);
  await complete(parts, second);
  const partial = (await resultsOf(api, id)).map((line) => BatchResult.parse(line));
  expect(partial.map(({ line, custom_id }) => [line, custom_id])).toEqual([
    [3, "id-2"],
    [6, "id-5"],
  ]);
  expect(partial[0]?.research).toMatchObject({ id: second, status: "completed", batch_id: id, custom_id: "id-2" });
  expect(partial[0]?.error).toBeNull();
  const error = { code: "model_refused", message: "No.", retryable: false };
  await (await claim(parts, third)).finish({ status: "failed", error });
  await (await claim(parts, first)).finish({ status: "cancelled" });
  await complete(parts, fourth);
  await tend(parts, id);
  expect(await getBatch(api, id)).toMatchObject({
    status: "completed",
    counts: { total: 6, completed: 3, failed: 1, cancelled: 1, invalid: 1, queued: 0, running: 0 },
  });
  const all = (await resultsOf(api, id)).map((line) => BatchResult.parse(line));
  expect(all.map(({ line, error: each }) => [line, each?.code])).toEqual([
    [1, "cancelled"],
    [3, undefined],
    [4, "model_refused"],
    [5, undefined],
    [6, undefined],
  ]);
  const errors = (await errorsOf(api, id)).map((line) => BatchError.parse(line));
  expect(errors).toMatchObject([
    { line: 2, custom_id: null, research_id: null, error: { code: "invalid_request" } },
    { line: 4, custom_id: "id-3", research_id: third, error },
  ]);
  expect(errors[0]?.errors.map(({ path }) => path)).toContain("custom_id");
  const head = await api.call("HEAD", `${BATCHES}/${id}/results`);
  expect([head.status, head.text]).toEqual([200, ""]);
});

test("cancelling ends what has not begun at once and asks the rest to stop", async ({ api, parts }) => {
  const { id, links } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 30)));
  const jobs = await tend(parts, id, 10);
  const [first = "", second = "", third = ""] = jobs;
  await complete(parts, first);
  const running = await claim(parts, second);
  const answer = await api.call("POST", links.cancel);
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ status: "running", counts: { running: 1, completed: 1, cancelled: 28 } });
  expect((await api.call("GET", `/api/v1/research/${third}`)).body).toMatchObject({ status: "cancelled" });
  await running.finish({ status: "cancelled" });
  await tend(parts, id);
  expect(await getBatch(api, id)).toMatchObject({ status: "cancelled", counts: { completed: 1, cancelled: 29 } });
  expect((await api.call("POST", links.cancel)).status).toBe(409);
  const results = await resultsOf(api, id);
  expect(results).toHaveLength(30);
  expect(results.at(-1)).toMatchObject({ line: 30, research: null, error: { code: "cancelled" } });
  expect(await errorsOf(api, id)).toEqual([]);
});

test("the events tell of the counts at most twice a second, and end with the batch", async ({ api, parts }) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 40)));
  const jobs = await tend(parts, id);
  const working = (async () => {
    for (const job of jobs) {
      await complete(parts, job);
      await tend(parts, id);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  })();
  const sent = await readBatchEvents(api, id);
  await working;
  expect(sent.at(-1)).toMatchObject({ event: "batch.completed", batch: { counts: { completed: 40 } } });
  expect(sent.slice(0, -1).every(({ event }) => event === "batch.progress")).toBe(true);
  expect(sent.length).toBeGreaterThan(2);
  const pauses = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  // Of each pause a part may be lost on the way here.
  for (const pause of pauses) expect(pause).toBeGreaterThan(400);
  const ids = sent.map((each) => each.id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  for (const { batch } of sent) {
    const { total, ...states } = batch.counts;
    expect(Object.values(states).reduce((sum, n) => sum + n)).toBe(total);
  }
  const last = ids.at(-1) ?? 0;
  expect(await readBatchEvents(api, id, { after: last })).toEqual([]);
  expect((await api.call("GET", `${BATCHES}/${id}/events?after=${last}`)).status).toBe(204);
  expect(await readBatchEvents(api, id, { after: last - 1 })).toMatchObject([{ event: "batch.completed" }]);
});

test("whoever knows the counts as they are hears of the next change only", async ({ api, parts }) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 1)));
  const [job = ""] = await tend(parts, id);
  const etag = (await api.call("GET", `${BATCHES}/${id}`)).headers.get("etag") ?? "";
  const reading = readBatchEvents(api, id, { after: Number(/\d+/.exec(etag)?.[0]) });
  await complete(parts, job);
  await tend(parts, id);
  const sent = await reading;
  expect(sent.at(-1)).toMatchObject({ event: "batch.completed" });
  expect(sent.every(({ batch }) => batch.counts.completed === 1 || batch.counts.running === 1)).toBe(true);
});

test("a stopping service ends the events and tells when to come again", async ({ parts }) => {
  await using api = await startTestApi(parts);
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 1)));
  const response = await fetch(`${api.url}${BATCHES}/${id}/events`);
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain("event: batch.progress");
  const closing = api.close();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
  expect(rest).toContain("retry: 2000");
  await closing;
});

test("a reader of results that takes nothing holds nothing up and gets all of it in the end", async ({
  api,
  parts,
}) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 250)));
  const jobs = await tend(parts, id, 250);
  for (const job of jobs) await complete(parts, job);
  await tend(parts, id);
  const response = await fetch(`${api.url}${BATCHES}/${id}/results`);
  expect((await api.call("GET", `${BATCHES}/${id}`)).status).toBe(200);
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
});
