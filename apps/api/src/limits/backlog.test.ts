import { ResearchRequest } from "@pharmadb/contracts";
import { countWaiting, type Row, type Sql } from "@pharmadb/store";
import { expect, vi } from "vitest";
import { test } from "../testing/api-test.ts";
import { requestsAbout, submitBatch, tend, toLines } from "../testing/batches.ts";
import { startTestApi } from "../testing/start-test-api.ts";
import { uploadCsv } from "../testing/upload.ts";
import { withNewKey } from "../testing/with-key.ts";
import { claim } from "../testing/worker-side.ts";

vi.setConfig({ testTimeout: 60_000 });

const RESEARCH = "/api/v1/research";
const question = (file_ids: string[]) => ({ question: "How many subjects?", file_ids });

test("a tenant with too many jobs waiting is told to come again, and may when some have begun", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on", maxQueuedPerTenant: 3 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "backlog" });
  const json = question([await uploadCsv(acme)]);
  const headers = { "idempotency-key": "first" };
  const first = await acme.call("POST", RESEARCH, { json, headers });
  expect(first.status).toBe(202);
  for (const _ of [1, 2]) expect((await acme.call("POST", RESEARCH, { json })).status).toBe(202);

  const refused = await acme.call("POST", RESEARCH, { json });
  expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  expect(refused.text).toContain("MAX_QUEUED_PER_TENANT");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  // What was accepted before is no new job.
  expect(await acme.call("POST", RESEARCH, { json, headers })).toMatchObject({ status: 200, body: first.body });
  expect((await acme.call("POST", RESEARCH, { json, headers: { "idempotency-key": "second" } })).status).toBe(429);

  const other = await withNewKey(api, parts.sql, { tenantId: "backlog-2" });
  expect((await other.call("POST", RESEARCH, { json: question([await uploadCsv(other)]) })).status).toBe(202);

  await claim(parts, (first.body as { id: string }).id);
  await expect.poll(async () => (await acme.call("POST", RESEARCH, { json })).status, { timeout: 5_000 }).toBe(202);
});

test("the jobs of batches do not count", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on", maxQueuedPerTenant: 1 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "backlog-3" });
  const fileId = await uploadCsv(acme);
  const { id } = await submitBatch(acme, toLines(requestsAbout(fileId, 5)));
  expect(await tend(parts, id)).toHaveLength(5);
  expect(await countWaiting(parts.sql, "backlog-3", 10)).toBe(0);
  expect((await acme.call("POST", RESEARCH, { json: question([fileId]) })).status).toBe(202);
  expect(await countWaiting(parts.sql, "backlog-3", 10)).toBe(1);
});

test("many submissions at once are counted by one statement, and not one too many is let in", async ({ parts }) => {
  let counted = 0;
  const sql: Sql = {
    ...parts.sql,
    query: <R extends Row>(text: string, parameters?: readonly unknown[]) => {
      if (text.includes("as waiting")) counted++;
      return parts.sql.query<R>(text, parameters);
    },
  };
  await using api = await startTestApi(parts, { sql, config: { auth: "on", maxQueuedPerTenant: 15 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "backlog-4" });
  const json = ResearchRequest.parse(question([await uploadCsv(acme)]));
  const answers = await Promise.all(Array.from({ length: 40 }, () => acme.call("POST", RESEARCH, { json })));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(15);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(25);
  expect(counted).toBeLessThanOrEqual(3);
});
