import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
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

test("a key with characters that a database has no place for is changed like any other", async ({ api }) => {
  const { id } = await submit(api);
  for (const metadata of [{ "a\0b": "x" }, { "a\ud800b": "x" }, { hold: "\udc00\0" }]) {
    const answer = await api.call("PATCH", `${PATH}/${id}`, { json: { metadata } });
    expect(answer.status, JSON.stringify(metadata)).toBe(200);
  }
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
