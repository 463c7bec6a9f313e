import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { BATCHES, requestsAbout, submitBatch, toLines } from "../../testing/batches.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { withNewKey } from "../../testing/with-key.ts";

test("the metadata of a batch are replaced, and a hold in them is lifted by an admin alone", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on" } });
  const writer = await withNewKey(api, parts.sql, { tenantId: "batch-holder" });
  const admin = await withNewKey(api, parts.sql, { tenantId: "batch-holder", scopes: ["admin"] });
  const { id } = await submitBatch(writer, toLines(requestsAbout(await uploadCsv(writer), 2)));
  const path = `${BATCHES}/${id}`;
  const etag = (await writer.call("GET", path)).headers.get("etag") ?? "";
  const patch = (by: typeof admin, json: object) => by.call("PATCH", path, { json });
  expect(await patch(writer, { metadata: { study: "A", hold: "true" } })).toMatchObject({
    status: 200,
    body: { id, object: "batch", metadata: { study: "A", hold: "true" } },
  });
  expect((await writer.call("GET", path, { headers: { "if-none-match": etag } })).status).toBe(200);
  expect((await patch(writer, { metadata: { study: "A" } })).status).toBe(403);
  expect(await patch(admin, { metadata: { study: "A" } })).toMatchObject({ status: 200 });
  expect(await patch(writer, { metadata: { study: 1 } })).toMatchObject({
    status: 422,
    body: { errors: [{ path: "metadata.study" }] },
  });
  expect(await patch(writer, { metadata: { study: "A", odd: "\0" } })).toMatchObject({
    body: { metadata: { odd: "\ufffd" } },
  });
  const before = (await writer.call("GET", path)).headers.get("etag") ?? "";
  expect((await patch(writer, { metadata: { study: "A", odd: "\0" } })).status).toBe(200);
  expect((await writer.call("GET", path, { headers: { "if-none-match": before } })).status).toBe(304);
  const { body } = await admin.call("GET", "/api/v1/audit?action=batch.metadata_changed");
  expect((body as { data: { details: unknown }[] }).data.map(({ details }) => details)).toEqual([
    { keys: ["odd"] },
    { keys: ["hold"], hold_before: "true", hold: null },
    { keys: ["hold", "study"], hold_before: null, hold: "true" },
  ]);
});
