import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { uploadCsv } from "../../testing/upload.ts";

test("a question is accepted, stored and put on the to-do list", async ({ api, parts }) => {
  const fileId = await uploadCsv(api);
  const before = await parts.queues.research.counts();
  const answer = await api.call("POST", "/api/v1/research", {
    json: { question: "How many subjects?", file_ids: [fileId], metadata: { study: "S1" } },
  });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ status: "queued", depth: "standard", metadata: { study: "S1" }, report: null });
  const { id } = answer.body as { id: string };
  expect(answer.headers.get("location")).toBe(`/api/v1/research/${id}`);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await parts.queues.research.counts()).waiting).toBe(before.waiting + 1);
  const read = await api.call("GET", `/api/v1/research/${id}`);
  expect(read.body).toEqual(answer.body);
});
