import { Problem, Research } from "@pharmadb/contracts";
import { renewLease } from "@pharmadb/store";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import type { Answer } from "../../testing/call.ts";
import { startTestApi, type TestParts } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const PATH = "/api/v1/research";

function paths(answer: Answer): string[] {
  return (Problem.parse(answer.body).errors ?? []).map(({ path }) => path);
}

/** A worker without a process: one that has places. */
const makePlaces = ({ sql }: Pick<TestParts, "sql">) =>
  renewLease(sql, { id: "worker", queues: ["research"], concurrency: 1000 }, { leaseMs: 60_000 });

test("a question is accepted, stored and dispatched to the queue", async ({ api, parts }) => {
  await makePlaces(parts);
  const fileId = await uploadCsv(api);
  const answer = await api.call("POST", PATH, {
    json: { question: "How many subjects?", file_ids: [fileId], metadata: { study: "S1" } },
  });
  expect(answer.status).toBe(202);
  const research = Research.parse(answer.body);
  expect(research).toMatchObject({ status: "queued", depth: "standard", metadata: { study: "S1" }, report: null });
  expect(answer.headers.get("location")).toBe(`${PATH}/${research.id}`);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  const entry = { id: research.id, dispatch: 1 };
  await expect.poll(() => parts.queues.research.missing([entry])).toEqual([]);
  expect((await api.call("GET", `${PATH}/${research.id}`)).body).toEqual(answer.body);
});

test("a job is accepted even when the queue is away", async ({ parts }) => {
  const { queues } = parts;
  await makePlaces(parts);
  const research = { ...queues.research, addBulk: () => Promise.reject(new Error("queue is away")) };
  await using api = await startTestApi(parts, { queues: { ...queues, research } });
  const { id } = await submit(api);
  await api.logged(({ level, message }) => level === "warn" && message === "jobs not dispatched yet");
  const backlog = () => parts.sql.query("select status, dispatched_at from research where id = $1", [id]);
  await expect.poll(backlog).toEqual([{ status: "queued", dispatched_at: null }]);
});

test("each fault of a body is named by its path", async ({ api }) => {
  const answer = await api.call("POST", PATH, {
    json: { question: "?", file_ids: ["file_1"], depth: "very", budget: { max_tokens: 0, euros: 1 }, colour: "red" },
  });
  expect(answer.status).toBe(422);
  expect(paths(answer).sort()).toEqual([
    "budget.euros",
    "budget.max_tokens",
    "colour",
    "depth",
    "file_ids.0",
    "question",
  ]);
});

test("what the service does not do yet is refused by name", async ({ api }) => {
  const file_ids = [await uploadCsv(api)];
  const sources = await api.call("POST", PATH, { json: { question: "Why?", file_ids, sources: ["files", "pubmed"] } });
  expect([sources.status, paths(sources)]).toEqual([422, ["sources.1"]]);
  const nothing = await api.call("POST", PATH, { json: { question: "Why?" } });
  expect([nothing.status, paths(nothing)]).toEqual([422, ["file_ids"]]);
});

test("an output schema that no answer can be checked with is refused by name, before anything is paid for", async ({
  api,
}) => {
  const file_ids = [await uploadCsv(api)];
  const submitWith = (output_schema: object) =>
    api.call("POST", PATH, { json: { question: "Why?", file_ids, output_schema } });
  const properties = { count: { type: "integer" }, of: { $ref: "#/$defs/arm" } };
  const usable = { type: "object", properties, $defs: { arm: { enum: ["A", "B"] } } };
  expect((await submitWith(usable)).status).toBe(202);
  for (const [schema, complaint] of [
    [{ type: "foo" }, "Unsupported type: foo"],
    [{ type: "object", properties: { count: 5 } }, "it is no JSON Schema"],
    [{ $ref: "#/$defs/nothing" }, "Reference not found: #/$defs/nothing"],
    [{ description: "x".repeat(100_000) }, "more than 100000"],
  ] as const) {
    const answer = await submitWith(schema);
    expect([answer.status, paths(answer)]).toEqual([422, ["output_schema"]]);
    expect(answer.text).toContain(complaint);
  }
});

test("a file that does not exist is named by its place in the list", async ({ api }) => {
  const file_ids = [await uploadCsv(api), `file_${"0".repeat(26)}`];
  const answer = await api.call("POST", PATH, { json: { question: "Why?", file_ids } });
  expect([answer.status, paths(answer)]).toEqual([422, ["file_ids.1"]]);
});

test("the priority of a batch is stored", async ({ api }) => {
  expect(await submit(api, { priority: "batch" })).toMatchObject({ priority: "batch" });
});

test("a body that is no JSON, empty, too large, too deep or of another type says so", async ({ api }) => {
  const send = (body: string, type = "application/json") =>
    api.call("POST", PATH, { body, headers: { "content-type": type } });
  expect(await send('{"question": ')).toMatchObject({ status: 400, body: { code: "invalid_json" } });
  expect(await send("")).toMatchObject({ status: 400, body: { code: "invalid_json" } });
  expect(await send("a=b", "application/x-www-form-urlencoded")).toMatchObject({ status: 415 });
  expect(await send("{}", "text/plain")).toMatchObject({ status: 415 });
  expect(await send("[1,2]")).toMatchObject({ status: 422 });
  expect(await send("null")).toMatchObject({ status: 422 });
  const deep = `{"question":"Why?","output_schema":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`;
  expect(await send(deep)).toMatchObject({ status: 422, body: { detail: expect.stringContaining("nested") } });
  expect(await send(`{"question":"${"x".repeat(1024 * 1024)}"}`)).toMatchObject({ status: 413 });
});

test("the same key and body give the same job, however the body is written", async ({ api }) => {
  const [fileId] = (await submit(api)).file_ids;
  const headers = { "idempotency-key": "k-1" };
  const first = await api.call("POST", PATH, { headers, json: { question: "Why?", file_ids: [fileId] } });
  expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([202, null]);
  // Fields in another order, one with its default written out, other white space.
  const again = await api.call("POST", PATH, {
    headers: { ...headers, "content-type": "application/json" },
    body: `{ "file_ids" : ["${fileId}"], "depth": "standard", "question": "Why?"}`,
  });
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  expect(again.body).toEqual(first.body);
  const other = await api.call("POST", PATH, { headers, json: { question: "Who?", file_ids: [fileId] } });
  expect(other).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
});

test("many submissions at once with one key make one job", async ({ api }) => {
  const file_ids = [await uploadCsv(api)];
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      api.call("POST", PATH, { headers: { "idempotency-key": "at-once" }, json: { question: "Why?", file_ids } }),
    ),
  );
  expect(new Set(answers.map(({ body }) => Research.parse(body).id)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
});

test("an idempotency key has 1 to 255 characters", async ({ api }) => {
  const json = { question: "Why?", file_ids: [await uploadCsv(api)] };
  const longest = await api.call("POST", PATH, { headers: { "idempotency-key": "k".repeat(255) }, json });
  expect(longest.status).toBe(202);
  const tooLong = await api.call("POST", PATH, { headers: { "idempotency-key": "k".repeat(256) }, json });
  expect([tooLong.status, paths(tooLong)]).toEqual([422, ["Idempotency-Key"]]);
});

test("a client that prefers to wait gets the finished job", async ({ api, parts }) => {
  const question = "Who is waited for?";
  const waiting = api.call("POST", PATH, {
    headers: { prefer: "respond-async, wait=20" },
    json: { question, file_ids: [await uploadCsv(api)] },
  });
  const newest = async () => {
    const [row] = await parts.sql.query<{ id: string; question: string }>(
      "select id, request ->> 'question' as question from research order by id desc limit 1",
    );
    return row;
  };
  await expect.poll(newest).toMatchObject({ question });
  const id = (await newest())?.id ?? "";
  const worker = await claim(parts, id);
  await worker.finish({ status: "completed", report: REPORT });
  const answer = await waiting;
  expect(answer.status).toBe(200);
  expect(answer.headers.get("preference-applied")).toBe("wait=20");
  expect(answer.body).toMatchObject({ id, status: "completed", report: { title: REPORT.title } });
});

test("a client whose wait ends before the job gets the job as it is", async ({ api }) => {
  const file_ids = [await uploadCsv(api)];
  const answer = await api.call("POST", PATH, { headers: { prefer: "wait=0" }, json: { question: "Why?", file_ids } });
  expect([answer.status, answer.headers.get("preference-applied")]).toEqual([202, "wait=0"]);
});
