import { newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { deleteFile } from "../files/delete-file.ts";
import { createResearch } from "../research/create-research.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { getResearch } from "../research/get-research.ts";
import type { Row, Sql } from "../sql.ts";
import { newResearch, newTenant, storedFile } from "./given.ts";

/** What submitting promises. */
export function submissionContract(database: () => Database): void {
  const key = (name: string, bodySha256 = "body") => ({ idempotency: { key: name, bodySha256 } });

  test("a submitted job is queued, with its first event, and reads back as it was answered", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const request = {
      question: "Why \u0000 \ud800?",
      depth: "deep",
      metadata: { study: "A\u0000" },
      timeout_seconds: 60,
    };
    const submission = newResearch(tenant, { request, timeoutSeconds: 60, expiresAt: "2030-01-02T03:04:05.678Z" });
    const { outcome, research } = await createResearch(sql, submission);
    expect(outcome).toBe("created");
    expect(research).toMatchObject({
      id: submission.id,
      object: "research",
      tenant_id: tenant,
      status: "queued",
      question: request.question,
      depth: "deep",
      metadata: { study: "A\ufffd" },
      timeout_seconds: 60,
      attempt: 0,
      version: 1,
      event_seq: 1,
      expires_at: "2030-01-02T03:04:05.678Z",
      report: null,
    });
    expect(research.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await getResearch(sql, tenant, submission.id)).toEqual(research);
    expect(await listEvents(sql, tenant, submission.id, { after: 0, limit: 9 })).toMatchObject([
      { seq: 1, type: "research.queued", at: research.created_at, research_id: submission.id },
    ]);
  });

  test("a submission is one round trip", async () => {
    const tenant = newTenant();
    const file = await storedFile(database().sql, tenant);
    const texts: string[] = [];
    const counting: Sql = {
      atOnce: database().sql.atOnce,
      query: <R extends Row>(text: string, parameters?: readonly unknown[]) => {
        texts.push(text);
        return database().sql.query<R>(text, parameters);
      },
      transaction: () => Promise.reject(new Error("A transaction takes more than one.")),
    };
    await createResearch(counting, newResearch(tenant, { request: { file_ids: [file.id] }, ...key("once") }));
    expect(texts).toHaveLength(1);
  });

  test("files that are not the tenant's are named, and nothing is written", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const mine = await storedFile(sql, tenant);
    const theirs = await storedFile(sql, newTenant());
    const submission = newResearch(tenant, { request: { file_ids: [newId("file"), mine.id, theirs.id] }, ...key("k") });
    await expect(createResearch(sql, submission)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ path: "file_ids.0" }, { path: "file_ids.2" }],
    });
    expect(await getResearch(sql, tenant, submission.id)).toBeNull();
    const again = newResearch(tenant, { request: { file_ids: [mine.id] }, ...key("k") });
    expect((await createResearch(sql, again)).outcome).toBe("created");
  });

  test("a file that an unfinished job uses cannot be deleted", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const file = await storedFile(sql, tenant);
    const { research } = await createResearch(sql, newResearch(tenant, { request: { file_ids: [file.id] } }));
    expect(await deleteFile(sql, tenant, file.id)).toEqual({ outcome: "in_use" });
    await deleteResearch(sql, tenant, research.id);
    expect(await deleteFile(sql, tenant, file.id)).toMatchObject({ outcome: "deleted" });
  });

  test("when a file is deleted while it is submitted, exactly one of the two succeeds", async () => {
    const { sql } = database();
    const tenant = newTenant();
    for (let round = 0; round < 10; round++) {
      const file = await storedFile(sql, tenant);
      const [submitted, deleted] = await Promise.allSettled([
        createResearch(sql, newResearch(tenant, { request: { file_ids: [file.id] } })),
        deleteFile(sql, tenant, file.id),
      ]);
      const isDeleted = deleted.status === "fulfilled" && deleted.value.outcome === "deleted";
      expect(submitted.status === "fulfilled").toBe(!isDeleted);
    }
  });

  test("an idempotency key gives the first job again, for its own tenant and body only", async () => {
    const { sql } = database();
    const [tenant, other] = [newTenant(), newTenant()];
    const first = await createResearch(sql, newResearch(tenant, key("k")));
    expect(await createResearch(sql, newResearch(tenant, key("k")))).toEqual({ ...first, outcome: "replayed" });
    expect(await createResearch(sql, newResearch(tenant, key("k", "else")))).toEqual({ ...first, outcome: "conflict" });
    expect((await createResearch(sql, newResearch(other, key("k")))).outcome).toBe("created");
    expect((await createResearch(sql, newResearch(tenant, key("k2")))).outcome).toBe("created");
  });

  test("an idempotency key is free again after 24 hours, and when its job is deleted", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const first = await createResearch(sql, newResearch(tenant, key("k")));
    const [row] = await sql.query<{ hours: number }>(
      "select extract(epoch from expires_at - now())::float8 / 3600 as hours from idempotency_keys where tenant_id = $1",
      [tenant],
    );
    expect(row?.hours).toBeCloseTo(24, 1);
    await sql.query("update idempotency_keys set expires_at = now() - interval '1 second' where tenant_id = $1", [
      tenant,
    ]);
    const second = await createResearch(sql, newResearch(tenant, key("k", "else")));
    expect(second.outcome).toBe("created");
    expect(second.research.id).not.toBe(first.research.id);
    await deleteResearch(sql, tenant, second.research.id);
    expect((await createResearch(sql, newResearch(tenant, key("k")))).outcome).toBe("created");
  });

  test("of twenty submissions at once with one key, one makes a job and the others get it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => createResearch(sql, newResearch(tenant, key("k")))),
    );
    expect(results.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
    expect(new Set(results.map(({ research }) => research.id)).size).toBe(1);
    const [rows] = await sql.query("select count(*)::integer as n from research where tenant_id = $1", [tenant]);
    expect(rows).toEqual({ n: 1 });
  });
}
