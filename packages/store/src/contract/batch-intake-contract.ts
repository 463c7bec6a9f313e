import { newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { acceptBatch, acceptReceivedBatch, createFileBatch } from "../batches/accept-batch.ts";
import { findBatchByKey } from "../batches/batch-key.ts";
import { requestBatchCancel } from "../batches/cancel-batch.ts";
import { claimFileBatch, releaseBatch } from "../batches/claim-file-batch.ts";
import { getBatch, listBatches } from "../batches/get-batch.ts";
import { holdBatchFiles } from "../batches/hold-batch-files.ts";
import { listBatchLines } from "../batches/list-batch-lines.ts";
import { dropAbandonedBatches, dropReceivedBatch, keepBatch } from "../batches/receive-batch.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Database } from "../database.ts";
import { deleteFile } from "../files/delete-file.ts";
import { getResearch } from "../research/get-research.ts";
import { newTenant, storedFile } from "./given.ts";
import { badLine, goodLine, receivedBatch, runningBatch, stage, TERMS } from "./given-batch.ts";

const NONE = { total: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, invalid: 0 };

/** How batches come in. */
export function batchIntakeContract(database: () => Database): void {
  test("nobody sees a batch before it is accepted, and then it is whole", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const batch = await receivedBatch(sql, tenant, [goodLine(1), badLine(3), goodLine(4)]);
    expect(batch.staged).toEqual({ total: 3, invalid: 1 });
    expect(await getBatch(sql, tenant, batch.id)).toBeNull();
    expect((await listBatches(sql, tenant, { limit: 5 })).data).toEqual([]);
    expect(await requestBatchCancel(sql, tenant, batch.id)).toEqual({ outcome: "missing" });
    const terms = { ...TERMS, metadata: { study: "A" }, expiresAt: new Date("2027-01-02T03:04:05.678Z") };
    const { outcome, batch: accepted } = await acceptReceivedBatch(sql, { ...batch, key: null, terms });
    expect(outcome).toBe("created");
    expect(accepted).toMatchObject({
      status: "running",
      counts: { ...NONE, total: 3, queued: 2, invalid: 1 },
      metadata: { study: "A" },
      expires_at: "2027-01-02T03:04:05.678Z",
    });
    expect(await getBatch(sql, tenant, batch.id)).toEqual(accepted);
    expect(await getBatch(sql, newTenant(), batch.id)).toBeNull();
    expect((await listBatches(sql, tenant, { limit: 5, status: "running" })).data).toEqual([accepted]);
    expect((await listBatches(sql, tenant, { limit: 5, status: "failed" })).data).toEqual([]);
  });

  test("a repeated custom_id is refused by number, within a portion and across portions", async () => {
    const { sql } = database();
    const batch = await receivedBatch(sql, newTenant(), [
      goodLine(1, "a"),
      goodLine(2, "b"),
      goodLine(3, "a"),
      badLine(4, "c"),
      goodLine(5, "c"),
    ]);
    const staged = await stage(sql, batch, [goodLine(6, "b"), goodLine(7, "d"), goodLine(8, "d")], 8);
    expect(staged).toEqual({ total: 8, invalid: 4 });
    const states = await listBatchLines(sql, batch.id, { after: 0, limit: 10 });
    const refused = states.flatMap((each) =>
      each.state === "invalid" ? [[each.line, each.customId, each.error.message]] : [],
    );
    expect(refused).toEqual([
      [3, "a", 'field "custom_id": Line 1 has the same custom_id.'],
      [4, "c", "No."],
      [6, "b", 'field "custom_id": Line 2 has the same custom_id.'],
      [8, "d", 'field "custom_id": Line 7 has the same custom_id.'],
    ]);
  });

  test("a request comes back as it was, whatever its texts hold", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const question = 'Ein "Wort"\\n, \u0000, \u2028, \ud800 und 😀?';
    const line = goodLine(1, "ä\n\t'\"\\😀", { question, metadata: { "a\n": 'b"\\' }, timeout_seconds: 60 });
    const batch = await receivedBatch(sql, tenant, [line, goodLine(2)]);
    await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
    const { fed } = await tendBatch(sql, batch.id, { waiting: 10 });
    const research = await getResearch(sql, tenant, fed[0] ?? "");
    expect(research).toMatchObject({ custom_id: line.line.customId, question, metadata: { "a\n": 'b"\\' } });
    expect(research).toMatchObject({ timeout_seconds: 60, priority: "batch", batch_id: batch.id, status: "queued" });
  });

  test("a strict batch with a bad line has failed, and what was good in it never begins", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const batch = await receivedBatch(sql, tenant, [goodLine(1), badLine(2)]);
    const strict = { ...TERMS, strict: true };
    const { batch: accepted } = await acceptReceivedBatch(sql, { ...batch, key: null, terms: strict });
    expect(accepted).toMatchObject({
      status: "failed",
      counts: { ...NONE, total: 2, cancelled: 1, invalid: 1 },
      error: { code: "invalid_request", message: "1 of 2 requests are not valid, and the batch is strict." },
    });
    expect(await tendBatch(sql, batch.id, { waiting: 10 })).toMatchObject({ ended: null, fed: [] });
    expect((await listBatchLines(sql, batch.id, { after: 0, limit: 5 })).map(({ state }) => state)).toEqual([
      "never_begun",
      "invalid",
    ]);
    const clean = await receivedBatch(sql, tenant, [goodLine(1)]);
    const { batch: running } = await acceptReceivedBatch(sql, { ...clean, key: null, terms: strict });
    expect(running.status).toBe("running");
  });

  test("a batch without a valid line has failed", async () => {
    const { sql } = database();
    const batch = await receivedBatch(sql, newTenant(), [badLine(1), badLine(2)]);
    const { batch: accepted } = await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
    expect(accepted).toMatchObject({ status: "failed", error: { message: "None of its 2 requests is valid." } });
  });

  test("one key makes one batch a tenant, also when two arrive at once, and another body is a conflict", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const accept = async (body: string, of = tenant) => {
      const batch = await receivedBatch(sql, of, [goodLine(1)]);
      const result = await acceptReceivedBatch(sql, { ...batch, key: { key: "k", bodySha256: body }, terms: TERMS });
      return { own: batch.id, outcome: result.outcome, id: result.batch.id };
    };
    const both = await Promise.all([accept("one"), accept("one")]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(["created", "replayed"]);
    expect(both[0]?.id).toBe(both[1]?.id);
    const loser = both.find(({ outcome }) => outcome === "replayed")?.own;
    expect(await sql.query("select id from batches where id = $1", [loser])).toEqual([]);
    expect(await accept("two")).toMatchObject({ outcome: "conflict", id: both[0]?.id });
    expect(await accept("two", newTenant())).toMatchObject({ outcome: "created" });
    expect(await findBatchByKey(sql, tenant, "k")).toMatchObject({ bodySha256: "one", batch: { id: both[0]?.id } });
    await sql.query(
      "update batch_idempotency_keys set expires_at = clock_timestamp() - interval '1 second' where tenant_id = $1",
      [tenant],
    );
    expect(await findBatchByKey(sql, tenant, "k")).toBeNull();
    expect(await accept("three")).toMatchObject({ outcome: "created" });
  });

  test("what nobody has been heard of for long is taken back with its lines, and then cannot be accepted", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [silent, heard] = [
      await receivedBatch(sql, tenant, [goodLine(1), goodLine(2)]),
      await receivedBatch(sql, tenant, [goodLine(1)]),
    ];
    await sql.query("update batches set heartbeat_at = heartbeat_at - interval '1 hour' where tenant_id = $1", [
      tenant,
    ]);
    expect(await keepBatch(sql, heard)).toBe(true);
    const dropped = await dropAbandonedBatches(sql, { silentMs: 60_000 });
    expect(dropped.filter(({ tenant_id }) => tenant_id === tenant)).toEqual([
      { id: silent.id, tenant_id: tenant, lines: 2 },
    ]);
    expect(await sql.query("select line from batch_items where batch_id = $1", [silent.id])).toEqual([]);
    expect(await keepBatch(sql, silent)).toBe(false);
    expect(await stage(sql, silent, [goodLine(3)], 3)).toBeNull();
    await expect(acceptReceivedBatch(sql, { ...silent, key: null, terms: TERMS })).rejects.toMatchObject({
      code: "unavailable",
    });
    await dropReceivedBatch(sql, heard.id);
    expect(await acceptBatch(sql, heard)).toBeNull();
  });

  test("an accepted batch is not taken back", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningBatch(sql, tenant, { lines: 1, jobs: 0 });
    await dropReceivedBatch(sql, id);
    expect((await dropAbandonedBatches(sql, { silentMs: -60_000 })).map((each) => each.id)).not.toContain(id);
    expect(await getBatch(sql, tenant, id)).toMatchObject({ status: "running" });
  });

  test("files that a batch needs are the tenant's, and stay until it has ended", async () => {
    const { sql } = database();
    const [tenant, other] = [newTenant(), newTenant()];
    const [file, foreign] = [await storedFile(sql, tenant), await storedFile(sql, other)];
    const batch = await receivedBatch(sql, tenant, [goodLine(1, "a", { file_ids: [file.id] })]);
    const asked = [foreign.id, file.id, newId("file")];
    expect(await holdBatchFiles(sql, batch, asked)).toEqual([file.id]);
    expect(await holdBatchFiles(sql, batch, [file.id])).toEqual([file.id]);
    expect(await deleteFile(sql, tenant, file.id)).toEqual({ outcome: "in_use" });
    await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
    expect(await deleteFile(sql, tenant, file.id)).toEqual({ outcome: "in_use" });
    expect(await deleteFile(sql, other, foreign.id)).toMatchObject({ outcome: "deleted" });
    expect(await requestBatchCancel(sql, tenant, batch.id)).toMatchObject({ ended: true });
    expect(await deleteFile(sql, tenant, file.id)).toMatchObject({ outcome: "deleted" });
  });

  test("a file with requests is read by one worker at a time, and a silent one loses it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const file = await storedFile(sql, tenant);
    const id = newId("bat");
    await createFileBatch(sql, { id, tenantId: tenant, key: null, terms: TERMS, inputFileId: file.id });
    const strangers = createFileBatch(sql, {
      id: newId("bat"),
      tenantId: newTenant(),
      key: null,
      terms: TERMS,
      inputFileId: file.id,
    });
    await expect(strangers).rejects.toMatchObject({ code: "invalid_request", errors: [{ path: "input_file_id" }] });
    expect(await deleteFile(sql, tenant, file.id)).toEqual({ outcome: "in_use" });
    const silentMs = 60_000;
    expect(await claimFileBatch(sql, { owner: "one", silentMs })).toMatchObject({ id, read_lines: 0, read_bytes: 0 });
    expect(await claimFileBatch(sql, { owner: "two", silentMs })).toBeNull();
    await stage(sql, { id, owner: "one" }, [goodLine(2)], 2);
    expect(await getBatch(sql, tenant, id)).toMatchObject({ status: "validating", counts: { total: 1, queued: 1 } });
    await sql.query("update batches set heartbeat_at = heartbeat_at - interval '1 hour' where id = $1", [id]);
    const second = await claimFileBatch(sql, { owner: "two", silentMs });
    expect(second).toMatchObject({ id, total: 1, read_lines: 2, read_bytes: 2 });
    expect(await stage(sql, { id, owner: "one" }, [goodLine(3)], 3)).toBeNull();
    expect(await acceptBatch(sql, { id, owner: "one" })).toBeNull();
    await releaseBatch(sql, { id, owner: "two" });
    expect(await claimFileBatch(sql, { owner: "three", silentMs })).toMatchObject({ id });
    expect(await acceptBatch(sql, { id, owner: "three" })).toMatchObject({ status: "running" });
  });

  test("a batch that is cancelled while its file is read takes no more lines", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const file = await storedFile(sql, tenant);
    const id = newId("bat");
    await createFileBatch(sql, { id, tenantId: tenant, key: null, terms: TERMS, inputFileId: file.id });
    await claimFileBatch(sql, { owner: "one", silentMs: 60_000 });
    await stage(sql, { id, owner: "one" }, [goodLine(1)]);
    expect(await requestBatchCancel(sql, tenant, id)).toMatchObject({ outcome: "cancelled", ended: true });
    expect(await stage(sql, { id, owner: "one" }, [goodLine(2)], 2)).toBeNull();
    expect(await getBatch(sql, tenant, id)).toMatchObject({ status: "cancelled", counts: { total: 1, cancelled: 1 } });
  });
}
