import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { BATCHES, requestsAbout, submitBatch, toLines } from "../../testing/batches.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { withNewKey } from "../../testing/with-key.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const ON = { auth: "on" as const };
const PATH = "/api/v1/research";

test("metadata are replaced while a job waits, runs and after it has ended, and the ETag is another", async ({
  api,
  parts,
}) => {
  const { id } = await submit(api);
  const patch = (metadata: object) => api.call("PATCH", `${PATH}/${id}`, { json: { metadata } });
  const etag = (await api.call("GET", `${PATH}/${id}`)).headers.get("etag") ?? "";
  const queued = await patch({ study: "A" });
  expect(queued).toMatchObject({ status: 200, body: { id, object: "research.metadata", metadata: { study: "A" } } });
  const read = await api.call("GET", `${PATH}/${id}`, { headers: { "if-none-match": etag } });
  expect(read).toMatchObject({ status: 200, body: { metadata: { study: "A" } } });
  expect(read.headers.get("etag")).toBe(queued.headers.get("etag"));
  const worker = await claim(parts, id);
  expect(await patch({ study: "B" })).toMatchObject({ status: 200 });
  await worker.finish({ status: "completed", report: REPORT });
  const ended = await patch({});
  // Who writes need not be one who may read the report.
  expect([ended.status, ended.body]).toEqual([200, { id, object: "research.metadata", metadata: {} }]);
});

test("the rules are those of a submission, and what else a body holds is refused by name", async ({ api }) => {
  const { id } = await submit(api);
  const tooMany = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`key-${n}`, "x"]));
  for (const [json, path] of [
    [{ metadata: tooMany }, "metadata"],
    [{ metadata: { study: 1 } }, "metadata.study"],
    [{ metadata: { study: "x".repeat(513) } }, "metadata.study"],
    [{}, "metadata"],
    [{ metadata: {}, question: "Another?" }, "question"],
  ] as const) {
    const answer = await api.call("PATCH", `${PATH}/${id}`, { json });
    expect(answer, path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  }
});

test("what a database has no place for is answered, found and compared as it is kept", async ({ api }) => {
  const { id, metadata } = await submit(api, { metadata: { "a\0b": "x\ud800" } });
  expect(metadata).toEqual({ "a\ufffdb": "x\ufffd" });
  for (const [given, kept] of [
    [{ "a\0b": "x" }, { "a\ufffdb": "x" }],
    [{ "a\ud800b": "x" }, { "a\ufffdb": "x" }],
    [{ hold: "\udc00\0" }, { hold: "\ufffd\ufffd" }],
  ]) {
    const answer = await api.call("PATCH", `${PATH}/${id}`, { json: { metadata: given } });
    expect(answer, JSON.stringify(given)).toMatchObject({ status: 200 });
    expect((answer.body as { metadata: object }).metadata).toEqual(kept);
  }
  const list = await api.call("GET", `${PATH}?metadata.hold=%EF%BF%BD%00`);
  expect(list.body).toMatchObject({ data: [{ id, metadata: { hold: "\ufffd\ufffd" } }] });
});

test("a pair of the name __proto__ is refused by name wherever metadata are given or asked for", async ({ api }) => {
  const { id } = await submit(api);
  const file_ids = [await uploadCsv(api)];
  const { id: batchId } = await submitBatch(api, toLines(requestsAbout(file_ids[0] ?? "", 1)));
  const metadata = JSON.parse('{"__proto__":"x"}');
  const research = { question: "How many subjects?", file_ids, metadata };
  const requests = requestsAbout(file_ids[0] ?? "", 1);
  for (const [method, path, json] of [
    ["POST", PATH, research],
    ["PATCH", `${PATH}/${id}`, { metadata }],
    ["POST", BATCHES, { metadata, requests }],
    ["PATCH", `${BATCHES}/${batchId}`, { metadata }],
    ["GET", `${PATH}?metadata.__proto__=x`],
  ] as const) {
    const answer = await api.call(method, path, json && { json });
    const errors = [{ path: "metadata.__proto__" }];
    expect(answer, `${method} ${path}`).toMatchObject({ status: 422, body: { errors } });
  }
  const scheduled = await api.call("POST", "/api/v1/schedules", { json: { cron: "0 6 * * *", research } });
  expect(scheduled).toMatchObject({ status: 422, body: { errors: [{ path: "research.metadata.__proto__" }] } });
  const strict = await api.call("POST", `${BATCHES}?strict=true`, {
    json: { requests: [{ ...requests[0], metadata }] },
  });
  const { links } = strict.body as { links: { errors: string } };
  expect((await api.call("GET", links.errors)).text).toContain('"path":"metadata.__proto__"');
});

test("who may write sets a hold, which takes an admin to lift and keeps the job from deletion until then", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: ON });
  const writer = await withNewKey(api, parts.sql, { tenantId: "holder" });
  const admin = await withNewKey(api, parts.sql, { tenantId: "holder", scopes: ["admin"] });
  const { id, links } = await submit(writer);
  await (await claim(parts, id)).finish({ status: "completed", report: REPORT });
  const patch = (by: typeof admin, metadata: object) => by.call("PATCH", links.self, { json: { metadata } });
  expect((await patch(writer, { study: "A", hold: "true" })).status).toBe(200);
  expect((await patch(writer, { study: "B", hold: "true" })).status).toBe(200);
  expect(await patch(writer, { study: "C" })).toMatchObject({ status: 403, body: { code: "forbidden" } });
  expect((await writer.call("DELETE", links.self)).status).toBe(409);
  expect((await admin.call("DELETE", links.self)).status).toBe(409);
  expect((await patch(admin, { study: "B" })).status).toBe(200);
  // Nothing has changed by this one, so that it is not told.
  expect((await patch(admin, { study: "B" })).status).toBe(200);
  const { body } = await admin.call("GET", "/api/v1/audit?action=research.metadata_changed");
  const told = (body as { data: { actor: { id: string }; details: unknown }[] }).data;
  expect(told.map(({ actor, details }) => [actor.id, details])).toEqual([
    [admin.keyId, { keys: ["hold"], hold_before: "true", hold: null }],
    [writer.keyId, { keys: ["study"] }],
    [writer.keyId, { keys: ["hold", "study"], hold_before: null, hold: "true" }],
  ]);
  expect((await writer.call("DELETE", links.self)).status).toBe(204);
});
