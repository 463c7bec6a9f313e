import { newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { listAudit } from "../audit/list-audit.ts";
import { acceptReceivedBatch } from "../batches/accept-batch.ts";
import { changeBatchMetadata } from "../batches/change-batch-metadata.ts";
import { getBatch } from "../batches/get-batch.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { deleteFile } from "../files/delete-file.ts";
import { announceBytes, disownBytes, dropBytes, listLeavingBytes } from "../files/file-bytes.ts";
import { getFile } from "../files/get-file.ts";
import { saveStep } from "../journal/save-step.ts";
import { changeMetadata } from "../research/change-metadata.ts";
import { createResearch, type NewResearch } from "../research/create-research.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { retryResearch } from "../research/retry-research.ts";
import { expireBatch, expireBatchJobs, expireBatchLines, listExpiredBatches } from "../retention/expire-batches.ts";
import { expireFile, listOldFiles } from "../retention/expire-files.ts";
import { type ExpiryCursor, expireResearch } from "../retention/expire-research.ts";
import { forgetIdempotencyKeys } from "../retention/forget-keys.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newResearch, newTenant, passage, report, storedFile } from "./given.ts";
import { goodLine, receivedBatch, TERMS } from "./given-batch.ts";

// Long ago, so that nothing of other tests expires.
const EXPIRY = "2001-02-03T04:05:06.789Z";
const BEFORE = new Date("2001-02-03T04:05:06.788Z");
const NOW = new Date(EXPIRY);
const HOLD = { metadata: { hold: "true" } };

type Fields = Partial<Omit<NewResearch, "request">> & { request?: object };

async function queued(sql: Sql, tenantId: string, fields: Fields = {}): Promise<string> {
  return (await createResearch(sql, newResearch(tenantId, { expiresAt: EXPIRY, ...fields }))).research.id;
}

async function running(sql: Sql, tenantId: string, fields: Fields = {}): Promise<string> {
  const id = await queued(sql, tenantId, fields);
  await claimAnew(sql, id);
  return id;
}

async function completed(sql: Sql, tenantId: string, fields: Fields = {}): Promise<string> {
  const id = await running(sql, tenantId, fields);
  await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
  return id;
}

/** Goes through all that has expired, in steps of two. */
async function expireAll(sql: Sql, now = NOW): Promise<number> {
  let removed = 0;
  for (let after: ExpiryCursor | null = null; ; ) {
    const step = await expireResearch(sql, { now, after, limit: 2 });
    removed += step.removed;
    if (!step.next) return removed;
    after = step.next;
  }
}

/** An ended batch of three jobs whose time is up, some of their fields other than usual. */
async function endedBatch(sql: Sql, tenantId: string, lines = [1, 2, 3].map((n) => goodLine(n)), terms = {}) {
  const { staged: _, ...batch } = await receivedBatch(sql, tenantId, lines);
  await acceptReceivedBatch(sql, { ...batch, key: null, terms: { ...TERMS, expiresAt: new Date(EXPIRY), ...terms } });
  const { fed } = await tendBatch(sql, batch.id, { waiting: 100 });
  for (const id of fed) {
    await claimAnew(sql, id);
    await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
  }
  await tendBatch(sql, batch.id, { waiting: 100 });
  return { id: batch.id, jobs: fed };
}

const oldFile = (sql: Sql, tenantId: string, fields = {}) =>
  storedFile(sql, tenantId, {
    id: newId("file", Date.parse("2001-02-01")),
    created_at: "2001-02-01T00:00:00.000Z",
    ...fields,
  });

/** What retention removes, and what it leaves. */
export function retentionContract(database: () => Database): void {
  const isThere = async (tenant: string, id: string) => (await getResearch(database().sql, tenant, id)) !== null;
  const expiredBatches = (now = NOW) => listExpiredBatches(database().sql, { now, after: "", limit: 1000 });
  const oldFiles = async (tenant: string) =>
    (await listOldFiles(database().sql, { before: NOW, after: "", limit: 1000 })).filter(
      (file) => file.tenantId === tenant,
    );

  test("a job that has ended is erased at its time and not before, with all that belongs to it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const id = await running(sql, tenant, { idempotency: { key: "k", bodySha256: "b" } });
    await saveStep(sql, {
      researchId: id,
      attempt: 1,
      key: "step",
      output: (evidence) => evidence,
      evidence: [passage("Two.")],
      usage: {},
      events: () => [{ key: "step", type: "step.completed", data: {} }],
    });
    await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
    expect(await expireAll(sql, BEFORE)).toBe(0);
    expect(await expireAll(sql)).toBe(1);
    expect(await isThere(tenant, id)).toBe(false);
    expect(await listEvents(sql, tenant, id, { after: 0, limit: 9 })).toEqual([]);
    for (const table of ["journal_steps", "evidence", "idempotency_keys"]) {
      expect(await sql.query(`select from ${table} where research_id = $1`, [id]), table).toEqual([]);
    }
    expect((await listAudit(sql, { tenantId: tenant, limit: 1 })).data).toMatchObject([
      { actor: { kind: "system", id: "retention" }, action: "research.expired", target: { type: "research", id } },
    ]);
  });

  test("what has not ended, is held or has no time is left alone, and does not keep others from going", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const left = [
      await completed(sql, tenant, { request: HOLD }),
      await completed(sql, tenant, { request: { metadata: { hold: "true", study: "A" } } }),
      await completed(sql, tenant, { request: HOLD }),
      await queued(sql, tenant),
      await running(sql, tenant),
      await completed(sql, tenant, { expiresAt: null }),
      await completed(sql, tenant, { expiresAt: "2100-01-01T00:00:00.000Z" }),
    ];
    const gone = [
      await completed(sql, tenant),
      await completed(sql, tenant, { request: { metadata: { hold: "false", held: "true" } } }),
      await completed(sql, tenant),
    ];
    expect(await expireAll(sql)).toBe(gone.length);
    for (const id of left) expect(await isThere(tenant, id)).toBe(true);
    for (const id of gone) expect(await isThere(tenant, id)).toBe(false);
  });

  test("a batch goes as a whole, in steps", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, jobs } = await endedBatch(sql, tenant);
    expect(await expiredBatches(BEFORE)).not.toContain(id);
    expect(await expiredBatches()).toContain(id);
    expect(await expireAll(sql)).toBe(0);
    expect(await expireBatchJobs(sql, id, 2)).toBe(2);
    expect(await expireBatch(sql, id)).toBe(false);
    expect(await expireBatchJobs(sql, id, 2)).toBe(1);
    expect(await expireBatchLines(sql, id, 2)).toBe(2);
    expect(await expireBatchLines(sql, id, 2)).toBe(1);
    expect(await expireBatch(sql, id)).toBe(true);
    expect(await getBatch(sql, tenant, id)).toBeNull();
    const { data } = await listAudit(sql, { tenantId: tenant, limit: 9 });
    const told = data.filter(({ actor }) => actor.id === "retention").map(({ target }) => target?.id);
    expect(told.toSorted()).toEqual([id, ...jobs].toSorted());
  });

  test("a batch stays with all its jobs while one of them is held or runs, and while it is held itself", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const lines = [goodLine(1), goodLine(2, "two", HOLD), goodLine(3)];
    const withHeld = await endedBatch(sql, tenant, lines);
    const held = await endedBatch(sql, tenant, undefined, HOLD);
    const { staged: _, ...neverRun } = await receivedBatch(sql, tenant, lines);
    const terms = { ...TERMS, expiresAt: new Date(EXPIRY) };
    await acceptReceivedBatch(sql, { ...neverRun, key: null, terms });
    const found = await expiredBatches();
    for (const { id } of [withHeld, held, neverRun]) expect(found).not.toContain(id);

    const { staged: __, ...retried } = await receivedBatch(sql, tenant, [goodLine(1)]);
    await acceptReceivedBatch(sql, { ...retried, key: null, terms });
    const [job = ""] = (await tendBatch(sql, retried.id, { waiting: 1 })).fed;
    await claimAnew(sql, job);
    const error = { code: "timeout", message: "Too slow.", retryable: true };
    await finishResearch(sql, { id: job, attempt: 1, outcome: { status: "failed", error } });
    await tendBatch(sql, retried.id, { waiting: 1 });
    expect(await expiredBatches()).toContain(retried.id);
    await retryResearch(sql, tenant, job);
    expect(await expiredBatches()).not.toContain(retried.id);
    // Also where it was retried after the batch was found.
    expect(await expireBatchJobs(sql, retried.id, 9)).toBe(0);
    expect(await expireBatch(sql, retried.id)).toBe(false);
  });

  test("a hold that is set later keeps a job from the next step on, and lifted it goes", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const [first, second] = [await completed(sql, tenantId), await completed(sql, tenantId)];
    const change = (id: string, metadata: Record<string, string>) =>
      changeMetadata(sql, { tenantId, id, metadata, mayLiftHold: true });
    // From just before it, for other tests have left what is held.
    const step = await expireResearch(sql, { now: NOW, after: { expiresAt: NOW, id: first.slice(0, -1) }, limit: 1 });
    expect(step.removed).toBe(1);
    expect(await isThere(tenantId, first)).toBe(false);
    expect(await change(second, { hold: "true" })).toMatchObject({ outcome: "changed" });
    expect(await expireAll(sql)).toBe(0);
    expect(await isThere(tenantId, second)).toBe(true);
    await change(second, { hold: "no" });
    expect(await expireAll(sql)).toBe(1);
    expect(await isThere(tenantId, second)).toBe(false);
  });

  test("a job that is held after its batch was found to be expired stays, with the batch and its lines", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const { id, jobs } = await endedBatch(sql, tenantId);
    const [, held = ""] = jobs;
    const change = (metadata: Record<string, string>) =>
      changeMetadata(sql, { tenantId, id: held, metadata, mayLiftHold: true });
    expect(await expiredBatches()).toContain(id);
    expect(await expireBatchJobs(sql, id, 1)).toBe(1);
    await change({ hold: "true" });
    expect(await expireBatchJobs(sql, id, 9)).toBe(1);
    expect(await expireBatchLines(sql, id, 9)).toBe(0);
    expect(await expireBatch(sql, id)).toBe(false);
    expect(await expiredBatches()).not.toContain(id);
    // Its line was held with it, and is free with it again.
    await change({});
    expect(await expiredBatches()).toContain(id);
    expect(await expireBatchJobs(sql, id, 9)).toBe(1);
    expect(await expireBatchLines(sql, id, 9)).toBe(3);
    expect(await expireBatch(sql, id)).toBe(true);
  });

  test("a batch that is held while it is being erased keeps what is left of it, until the hold is lifted", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const { id, jobs } = await endedBatch(sql, tenantId);
    const change = (metadata: Record<string, string>, mayLiftHold = false) =>
      changeBatchMetadata(sql, { tenantId, id, metadata, mayLiftHold });
    expect(await expireBatchJobs(sql, id, 1)).toBe(1);
    expect(await change({ hold: "true" })).toMatchObject({ outcome: "changed", keys: ["hold"], before: {} });
    expect(await change({ hold: "true" })).toEqual({ outcome: "unchanged" });
    expect(await expireBatchJobs(sql, id, 9)).toBe(0);
    expect(await deleteResearch(sql, tenantId, jobs[2] ?? "")).toBe("held");
    await sql.query("delete from research where batch_id = $1", [id]);
    expect([await expireBatchLines(sql, id, 9), await expireBatch(sql, id)]).toEqual([0, false]);
    expect(await change({})).toEqual({ outcome: "held" });
    expect(await changeBatchMetadata(sql, { tenantId: newTenant(), id, metadata: {}, mayLiftHold: true })).toEqual({
      outcome: "missing",
    });
    expect(await change({ study: "A" }, true)).toMatchObject({ outcome: "changed", keys: ["hold", "study"] });
    expect(await getBatch(sql, tenantId, id)).toMatchObject({ metadata: { study: "A" } });
    expect([await expireBatchLines(sql, id, 9), await expireBatch(sql, id)]).toEqual([3, true]);
  });

  test("what is held cannot be deleted, nor a file that it names", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const [file, inHeldBatch] = [await storedFile(sql, tenantId), await storedFile(sql, tenantId)];
    const id = await completed(sql, tenantId, { request: { file_ids: [file.id], ...HOLD } });
    const batch = await endedBatch(sql, tenantId, undefined, HOLD);
    await sql.query("insert into batch_files (batch_id, file_id, tenant_id) values ($1, $2, $3)", [
      batch.id,
      inHeldBatch.id,
      tenantId,
    ]);
    expect(await deleteResearch(sql, tenantId, id)).toBe("held");
    for (const each of [file, inHeldBatch]) {
      expect(await deleteFile(sql, tenantId, each.id)).toEqual({ outcome: "in_use" });
    }
    await changeMetadata(sql, { tenantId, id, metadata: {}, mayLiftHold: true });
    expect(await deleteFile(sql, tenantId, file.id)).toMatchObject({ outcome: "deleted" });
    expect(await deleteResearch(sql, tenantId, id)).toBe("deleted");
  });

  test("an old file goes when no job and no batch is left that names it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [unused, used, inBatch] = [
      await oldFile(sql, tenant),
      await oldFile(sql, tenant),
      await oldFile(sql, tenant),
    ];
    const young = await storedFile(sql, tenant);
    const job = await completed(sql, tenant, { request: { file_ids: [used.id], ...HOLD } });
    await sql.query("insert into batch_files (batch_id, file_id, tenant_id) values ($1, $2, $3)", [
      (await endedBatch(sql, tenant)).id,
      inBatch.id,
      tenant,
    ]);
    const named = (await oldFiles(tenant)).map(({ id, isNamed }) => [id, isNamed]);
    expect(Object.fromEntries(named)).toEqual({ [unused.id]: false, [used.id]: true, [inBatch.id]: true });
    for (const { id } of [used, inBatch]) {
      expect(await expireFile(sql, { id, tenantId: tenant })).toEqual({ outcome: "in_use" });
    }
    expect(await expireFile(sql, { id: unused.id, tenantId: tenant })).toMatchObject({ outcome: "deleted" });
    expect((await listAudit(sql, { tenantId: tenant, action: "file.expired", limit: 9 })).data).toMatchObject([
      { target: { id: unused.id } },
    ]);
    await sql.query("delete from research where id = $1", [job]);
    expect(await expireFile(sql, { id: used.id, tenantId: tenant })).toMatchObject({ outcome: "deleted" });
    expect(await getFile(sql, tenant, young.id)).not.toBeNull();
  });

  test("when a file expires while it is submitted, exactly one of the two succeeds", async () => {
    const { sql } = database();
    const tenant = newTenant();
    for (let round = 0; round < 10; round++) {
      const file = await oldFile(sql, tenant);
      const [submitted, expired] = await Promise.allSettled([
        createResearch(sql, newResearch(tenant, { request: { file_ids: [file.id] } })),
        expireFile(sql, { id: file.id, tenantId: tenant }),
      ]);
      const isGone = expired.status === "fulfilled" && expired.value.outcome === "deleted";
      expect(submitted.status === "fulfilled").toBe(!isGone);
    }
  });

  test("bytes leave with their last file, and not while the same are about to come", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const storageKey = `${tenant}/${"c".repeat(64)}`;
    const leaving = async () => (await listLeavingBytes(sql, { after: "", limit: 1000 })).includes(storageKey);
    const removed: string[] = [];
    const files = { remove: async (key: string) => void removed.push(key) };
    const [one, two] = [await oldFile(sql, tenant, { storageKey }), await oldFile(sql, tenant, { storageKey })];
    expect(await expireFile(sql, { id: one.id, tenantId: tenant })).toMatchObject({ lastUse: false });
    expect(await leaving()).toBe(false);
    expect(await expireFile(sql, { id: two.id, tenantId: tenant })).toMatchObject({ lastUse: true });
    expect(await leaving()).toBe(true);

    const coming = { id: newId("file"), tenantId: tenant, storageKey };
    await announceBytes(sql, coming);
    await dropBytes(sql, files, storageKey);
    expect(removed).toEqual([]);
    await storedFile(sql, tenant, { id: coming.id, storageKey });
    await dropBytes(sql, files, storageKey);
    expect(removed).toEqual([]);
    expect(await sql.query("select from arriving_files where id = $1", [coming.id])).toEqual([]);

    await expireFile(sql, { id: coming.id, tenantId: tenant });
    await expect(
      dropBytes(sql, { remove: () => Promise.reject(new Error("storage is out")) }, storageKey),
    ).rejects.toThrow("storage is out");
    expect(await leaving()).toBe(true);
    await dropBytes(sql, files, storageKey);
    expect(removed).toEqual([storageKey]);
    expect(await leaving()).toBe(false);
  });

  test("an upload waits for the removal of the same bytes that is under way", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const storageKey = `${tenantId}/${"a".repeat(64)}`;
    const order: string[] = [];
    const begun = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    const remove = async () => {
      begun.resolve();
      await going.promise;
      order.push("removed");
    };
    const dropped = dropBytes(sql, { remove }, storageKey);
    await begun.promise;
    const announced = announceBytes(sql, { id: newId("file"), tenantId, storageKey }).then(() =>
      order.push("announced"),
    );
    going.resolve();
    await Promise.all([dropped, announced]);
    expect(order).toEqual(["removed", "announced"]);
  });

  test("bytes whose upload failed, or was lost with its process a day ago, are to leave", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [failed, lost, recent] = ["d", "e", "f"].map((digit) => ({
      id: newId("file"),
      tenantId: tenant,
      storageKey: `${tenant}/${digit.repeat(64)}`,
    }));
    for (const each of [failed, lost, recent]) if (each) await announceBytes(sql, each);
    await disownBytes(sql, failed?.id ?? "");
    await sql.query("update arriving_files set at = at - interval '25 hours' where id = $1", [lost?.id]);
    const leaving = await listLeavingBytes(sql, { after: "", limit: 1000 });
    expect(leaving.filter((key) => key.startsWith(tenant))).toEqual([failed?.storageKey, lost?.storageKey]);
  });

  test("idempotency keys that may be used anew are forgotten, of jobs and of batches", async () => {
    const { sql } = database();
    const tenant = newTenant();
    for (const key of ["a", "b", "c"]) await queued(sql, tenant, { idempotency: { key, bodySha256: "b" } });
    const { staged: _, ...batch } = await receivedBatch(sql, tenant, [goodLine(1)]);
    await acceptReceivedBatch(sql, { ...batch, key: { key: "a", bodySha256: "b" }, terms: TERMS });
    const old = "set expires_at = $2 where tenant_id = $1";
    await sql.query(`update idempotency_keys ${old} and key <> 'c'`, [tenant, EXPIRY]);
    await sql.query(`update batch_idempotency_keys ${old}`, [tenant, EXPIRY]);
    expect(await forgetIdempotencyKeys(sql, { now: BEFORE, limit: 10 })).toBe(0);
    expect(await forgetIdempotencyKeys(sql, { now: NOW, limit: 1 })).toBe(2);
    expect(await forgetIdempotencyKeys(sql, { now: NOW, limit: 10 })).toBe(1);
    expect(await sql.query("select key from idempotency_keys where tenant_id = $1", [tenant])).toEqual([{ key: "c" }]);
  });
}
