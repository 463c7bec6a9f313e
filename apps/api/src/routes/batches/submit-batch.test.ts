import { request as sendRequest } from "node:http";
import { newId } from "@pharmadb/contracts";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { BATCHES, getBatch, linesOf, requestsAbout, sendLines, submitBatch, toLines } from "../../testing/batches.ts";
import { startTestApi, type TestApi, type TestParts } from "../../testing/start-test-api.ts";
import { uploadCsv } from "../../testing/upload.ts";

const errorsOf = async ({ call }: TestApi, id: string) =>
  linesOf(await call("GET", `${BATCHES}/${id}/errors`)).map(({ line, custom_id, error }) => [
    line,
    custom_id,
    (error as { message: string }).message,
  ]);

const rowsOf = async ({ sql }: TestParts) => {
  const [row] = await sql.query(
    "select (select count(*) from batches)::integer as batches, (select count(*) from batch_items)::integer as items",
  );
  return row;
};

test("lines are accepted as a batch that can be seen and found", async ({ api }) => {
  const lines = toLines(requestsAbout(await uploadCsv(api), 3));
  const answer = await sendLines(api, lines, "?metadata.study=A&metadata.x%20y=1");
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    status: "running",
    counts: { total: 3, queued: 3, running: 0, completed: 0, failed: 0, cancelled: 0, invalid: 0 },
    metadata: { study: "A", "x y": "1" },
    strict: false,
    input_file_id: null,
  });
  const { id, links } = answer.body as { id: string; links: { self: string } };
  expect(answer.headers.get("location")).toBe(links.self);
  expect(answer.headers.get("retry-after")).toBe("5");
  const again = await api.call("GET", links.self, { headers: { "if-none-match": answer.headers.get("etag") ?? "" } });
  expect(again.status).toBe(304);
  const list = (await api.call("GET", `${BATCHES}?limit=1`)).body as { data: { id: string }[]; has_more: boolean };
  expect(list.data.map((each) => each.id)).toEqual([id]);
  expect((await api.call("GET", `${BATCHES}?status=failed`)).body).toMatchObject({ data: [] });
});

test("bad lines are told of by number and do not stop the good ones", async ({ api }) => {
  const [one, two, three, four] = requestsAbout(await uploadCsv(api), 4);
  const lines = [
    `\ufeff${JSON.stringify(one)}\r`,
    "",
    "{nonsense",
    JSON.stringify({ ...two, colour: "red" }),
    JSON.stringify({ ...three, file_ids: [newId("file")] }),
    JSON.stringify({ ...four, custom_id: "id-1" }),
    "\t ",
    JSON.stringify(four),
  ];
  const batch = await submitBatch(api, lines.join("\n"));
  expect(batch).toMatchObject({ status: "running", counts: { total: 6, queued: 2, invalid: 4 } });
  expect(await errorsOf(api, batch.id)).toEqual([
    [3, null, expect.stringMatching(/^The line is not JSON: /)],
    [4, "id-2", 'field "colour": Unknown field.'],
    [5, "id-3", 'field "file_ids.0": There is no such file.'],
    [6, "id-1", 'field "custom_id": Line 1 has the same custom_id.'],
  ]);
});

test("with strict one bad line stops all", async ({ api }) => {
  const [one, two] = requestsAbout(await uploadCsv(api), 2);
  const batch = await submitBatch(api, toLines([one, { ...two, question: "" }]), "?strict=true");
  expect(batch).toMatchObject({
    status: "failed",
    strict: true,
    counts: { total: 2, cancelled: 1, invalid: 1 },
    error: { code: "invalid_request" },
  });
  expect(batch.finished_at).not.toBeNull();
  expect((await submitBatch(api, toLines([one]), "?strict=true")).status).toBe("running");
});

test("a JSON object is the same, its other fields wherever they are", async ({ api }) => {
  const requests = requestsAbout(await uploadCsv(api), 3);
  const answer = await api.call("POST", BATCHES, {
    json: { metadata: { study: "A" }, requests: [...requests, { custom_id: "id-1" }] },
  });
  expect(answer.status, answer.text).toBe(202);
  expect(answer.body).toMatchObject({ metadata: { study: "A" }, counts: { total: 4, queued: 3, invalid: 1 } });
  expect(await errorsOf(api, (answer.body as { id: string }).id)).toMatchObject([[4, "id-1", expect.anything()]]);
});

test("a batch can name a file with its lines, which a worker then reads", async ({ api }) => {
  const fileId = await uploadCsv(api);
  const input = await uploadCsv(api, toLines(requestsAbout(fileId, 2)), "questions.ndjson");
  const answer = await api.call("POST", BATCHES, { json: { input_file_id: input, metadata: { a: "b" } } });
  expect(answer.status, answer.text).toBe(202);
  expect(answer.body).toMatchObject({ status: "validating", input_file_id: input, counts: { total: 0 } });
  expect((await api.call("DELETE", `/api/v1/files/${input}`)).status).toBe(409);
});

test("an object that is not right is refused by field and leaves nothing", async ({ api, parts }) => {
  const before = await rowsOf(parts);
  const cases: [object, string][] = [
    [{}, "requests"],
    [{ requests: [] }, "requests"],
    [{ requests: { a: 1 } }, "requests"],
    [{ requests: [{}], colour: 1 }, "colour"],
    [{ requests: [{}], metadata: { a: 1 } }, "metadata.a"],
    [{ requests: [{}], webhook: { url: "nowhere" } }, "webhook.url"],
    [{ requests: [{}], input_file_id: newId("file") }, "input_file_id"],
    [{ input_file_id: newId("file") }, "input_file_id"],
    [{ input_file_id: "x" }, "input_file_id"],
  ];
  for (const [json, path] of cases) {
    const answer = await api.call("POST", BATCHES, { json });
    expect(answer, JSON.stringify(json)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  }
  const inQuery = await api.call("POST", `${BATCHES}?metadata.a=b`, { json: { requests: [{}] } });
  expect(inQuery.body).toMatchObject({ status: 422, detail: expect.stringContaining("field of the body") });
  for (const query of ["?strict=yes", "?colour=1", "?metadata=1"]) {
    expect((await sendLines(api, "{}", query)).status, query).toBe(422);
  }
  expect((await sendLines(api, "\n \r\n")).status).toBe(422);
  expect((await sendLines(api, "{}", "", { "content-type": "text/plain" })).status).toBe(415);
  expect((await sendLines(api, "{}", "", { "content-encoding": "gzip" })).status).toBe(415);
  for (const type of ["application/x-ndjson", "application/json"]) {
    const inUtf16 = await sendLines(api, "{}", "", { "content-type": `${type}; charset=utf-16` });
    expect([inUtf16.status, inUtf16.text]).toEqual([415, expect.stringContaining("utf-16")]);
  }
  expect((await api.call("POST", BATCHES, { headers: { "content-type": "application/json" } })).status).toBe(400);
  expect(await rowsOf(parts)).toEqual(before);
});

test("more than 50,000 requests are refused and leave nothing", { timeout: 120_000 }, async ({ api, parts }) => {
  const before = await rowsOf(parts);
  expect((await sendLines(api, "1\n".repeat(50_001))).body).toMatchObject({ status: 413, code: "payload_too_large" });
  expect(await rowsOf(parts)).toEqual(before);
});

test("more than 200 MiB are refused before they are sent", async ({ api }) => {
  const headers = { "content-type": "application/x-ndjson", "content-length": 200 * 1024 * 1024 + 1 };
  const status = await new Promise((resolve, reject) => {
    const request = sendRequest(api.url + BATCHES, { method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.once("error", reject);
    request.flushHeaders();
  });
  expect(status).toBe(413);
});

test("one key and body make one batch, another body or query is a conflict", async ({ api }) => {
  const fileId = await uploadCsv(api);
  const lines = toLines(requestsAbout(fileId, 2));
  const headers = { "idempotency-key": newId("req") };
  const first = await sendLines(api, lines, "", headers);
  const second = await sendLines(api, lines, "", headers);
  expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([202, 200, "true"]);
  expect((second.body as { id: string }).id).toBe((first.body as { id: string }).id);
  expect(await sendLines(api, `${lines}\n`, "", headers)).toMatchObject({ status: 409 });
  expect(await sendLines(api, lines, "?strict=true", headers)).toMatchObject({
    status: 409,
    body: { code: "idempotency_conflict" },
  });
  const json = { requests: requestsAbout(fileId, 1) };
  const of = { "idempotency-key": newId("req") };
  const both = await Promise.all([1, 2].map(() => api.call("POST", BATCHES, { json, headers: of })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 202]);
  const file = { input_file_id: await uploadCsv(api, lines, "questions.ndjson") };
  const named = { "idempotency-key": newId("req") };
  const made = await api.call("POST", BATCHES, { json: file, headers: named });
  const again = await api.call("POST", BATCHES, { json: file, headers: named });
  expect([made.status, again.status]).toEqual([202, 200]);
});

test("a body that breaks off leaves nothing", async ({ api, parts }) => {
  const before = await rowsOf(parts);
  const lines = toLines(requestsAbout(await uploadCsv(api), 1200));
  const request = sendRequest(api.url + BATCHES, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "content-length": Buffer.byteLength(lines) + 10 },
  });
  request.once("error", () => undefined);
  request.write(lines);
  // Some of it is stored by now.
  await expect.poll(async () => (await rowsOf(parts))?.items, { timeout: 10_000 }).not.toEqual(before?.items);
  request.destroy();
  await expect.poll(() => rowsOf(parts), { timeout: 10_000 }).toEqual(before);
});

test("a batch that has been given up while it came says so", async ({ parts }) => {
  await using api = await startTestApi(parts, { timing: { batchHeartbeatMs: 20, lingerMs: 200 } });
  const lines = toLines(requestsAbout(await uploadCsv(api), 600));
  const answered = new Promise<number | undefined>((resolve, reject) => {
    const request = sendRequest(
      api.url + BATCHES,
      { method: "POST", headers: { "content-type": "application/x-ndjson" } },
      (response) => {
        resolve(response.statusCode);
        request.destroy();
      },
    );
    request.once("error", reject);
    request.write(lines);
    const deleting = setInterval(async () => {
      const gone = await parts.sql.query("delete from batches where status = 'receiving' returning id");
      if (gone.length > 0) {
        clearInterval(deleting);
        setTimeout(() => request.write("\n"), 200);
      }
    }, 20);
  });
  expect(await answered).toBe(503);
});

test("another tenant's batch is not there", async ({ api, parts }) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 1)));
  await parts.sql.query("update batches set tenant_id = 'other' where id = $1", [id]);
  for (const [method, part] of [
    ["GET", ""],
    ["GET", "/results"],
    ["GET", "/errors"],
    ["GET", "/events"],
    ["POST", "/cancel"],
  ] as const) {
    expect((await api.call(method, `${BATCHES}/${id}${part}`)).status, part).toBe(404);
  }
  expect((await api.call("GET", BATCHES)).text).not.toContain(id);
  await parts.sql.query("update batches set tenant_id = 'default' where id = $1", [id]);
  expect(await getBatch(api, id)).toMatchObject({ id });
});
