import { createHash } from "node:crypto";
import { type AuditEntry, canonicalJson, type JsonValue } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { listAudit } from "../audit/list-audit.ts";
import type { Actor } from "../audit/new-audit-entry.ts";
import { auditHead, openAuditSealer } from "../audit/seal-audit.ts";
import { type AuditFault, type KeptHead, verifyAudit } from "../audit/verify-audit.ts";
import { openAuditWriter, writeAudit } from "../audit/write-audit.ts";
import type { Database } from "../database.ts";
import { createResearch, createResearchMany } from "../research/create-research.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newResearch, newTenant, report, runningResearch } from "./given.ts";

class Undone extends Error {}

const actorOf = (tenantId: string): Actor => ({
  kind: "api_key",
  id: `key_of_${tenantId}`,
  tenantId,
  requestId: "req_1",
  clientAddress: "192.0.2.7",
});

const target = (id: string) => ({ type: "research", id });
const readBy = (actor: Actor, id: string) => ({ actor, action: "research.read" as const, target: target(id) });

/** What an attacker does who owns the tables; undone afterwards, for the other tests share the chain. */
async function tampering(sql: Sql, attack: (transaction: Sql) => Promise<unknown>, expected: KeptHead[] = []) {
  const faults: AuditFault[] = [];
  try {
    await sql.transaction(async (transaction) => {
      await transaction.query("alter table audit_log disable trigger user");
      await transaction.query("alter table audit_seals disable trigger user");
      await attack(transaction);
      await verifyAudit(transaction, { expected, onFault: (fault) => faults.push(fault) });
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return faults;
}

async function faultsOf(sql: Sql, expected: KeptHead[] = []): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  await verifyAudit(sql, { expected, onFault: (fault) => faults.push(fault) });
  return faults;
}

/** Five sealed entries of a new tenant, oldest first. */
async function fiveSealed(sql: Sql): Promise<(AuditEntry & { seal: NonNullable<AuditEntry["seal"]> })[]> {
  const tenantId = newTenant();
  for (let n = 1; n <= 5; n++) await writeAudit(sql, [readBy(actorOf(tenantId), `res_${n}`)]);
  await openAuditSealer(sql).seal();
  const { data } = await listAudit(sql, { tenantId, limit: 10 });
  return data.toReversed().map((entry) => {
    if (!entry.seal) throw new Error("not sealed");
    return { ...entry, seal: entry.seal };
  });
}

/** What the audit trail promises. */
export function auditContract(database: () => Database): void {
  test("a submission is told of together with it, and outlives it", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const by = actorOf(tenantId);
    const { research } = await createResearch(sql, newResearch(tenantId, { by }));
    await deleteResearch(sql, tenantId, research.id);
    const { data } = await listAudit(sql, { tenantId, limit: 10 });
    expect(data).toMatchObject([
      {
        object: "audit_entry",
        tenant_id: tenantId,
        at: research.created_at,
        actor: { kind: "api_key", id: by.id },
        action: "research.submitted",
        target: target(research.id),
        request_id: "req_1",
        client_address: "192.0.2.7",
        details: {},
        seal: null,
      },
    ]);
  });

  test("the end of a job is told by the system in the statement that ends it, with the hash of its report", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const [done, failed, cancelled, before] = [
      await runningResearch(sql, tenantId),
      await runningResearch(sql, tenantId),
      await runningResearch(sql, tenantId),
      await runningResearch(sql, tenantId),
    ].map(({ id }) => id) as [string, string, string, string];
    const completed = { id: done, attempt: 1, outcome: { status: "completed", report } } as const;
    const { finished_at } = await finishResearch(sql, completed);
    await finishResearch(sql, completed);
    const error = { code: "timeout", message: "Of what is secret.", retryable: true };
    await finishResearch(sql, { id: failed, attempt: 1, outcome: { status: "failed", error } });
    await finishResearch(sql, { id: cancelled, attempt: 1, outcome: { status: "cancelled" } });
    // One that was to be cancelled when its worker died ends with the next claim.
    await requestCancel(sql, tenantId, before);
    expect(await claimAnew(sql, before)).toMatchObject({ outcome: "cancelled" });
    const late = finishResearch(sql, { id: before, attempt: 1, outcome: { status: "completed", report } });
    await expect(late).rejects.toMatchObject({ code: "superseded" });

    const { data } = await listAudit(sql, { tenantId, limit: 10 });
    const report_sha256 = createHash("sha256").update(JSON.stringify(report)).digest("hex");
    expect(data.toReversed().map(({ action, target: about, details }) => [action, about?.id, details])).toEqual([
      ["research.completed", done, { attempt: 1, report_sha256 }],
      ["research.failed", failed, { attempt: 1, code: "timeout" }],
      ["research.cancelled", cancelled, { attempt: 1 }],
      ["research.cancelled", before, { attempt: 2 }],
    ]);
    expect(data.at(-1)).toMatchObject({ at: finished_at, actor: { kind: "system", id: "worker" }, request_id: null });
    await openAuditSealer(sql).seal();
    expect(await faultsOf(sql)).toEqual([]);
    const forged = await tampering(sql, (transaction) =>
      transaction.query("update audit_log set details = '{}' where target_id = $1", [done]),
    );
    expect(forged.map(({ kind }) => kind)).toEqual(["changed"]);
  });

  test("what is refused or was submitted before is no submission, and tells of none", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const by = actorOf(tenantId);
    const idempotency = { key: "k", bodySha256: "b" };
    const given = [
      newResearch(tenantId, { by, idempotency }),
      newResearch(tenantId, { by, idempotency }),
      newResearch(tenantId, { by, request: { file_ids: ["file_00000000000000000000000000"] } }),
      newResearch(tenantId),
    ];
    await createResearchMany(sql, given);
    const { data } = await listAudit(sql, { tenantId, limit: 10 });
    expect(data.map((entry) => entry.target?.id)).toEqual([given[0]?.id]);
  });

  test("an entry of a transaction that is undone is undone with it", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const undone = sql.transaction(async (transaction) => {
      await writeAudit(transaction, [readBy(actorOf(tenantId), "res_1")]);
      throw new Undone();
    });
    await expect(undone).rejects.toThrow(Undone);
    expect((await listAudit(sql, { tenantId, limit: 10 })).data).toEqual([]);
  });

  test("entries of many readers at once are all written", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const write = openAuditWriter(sql);
    await Promise.all(Array.from({ length: 300 }, (_, n) => write(readBy(actorOf(tenantId), `res_${n}`))));
    const seen = new Set<string | undefined>();
    let after: string | undefined;
    do {
      const page = await listAudit(sql, { tenantId, limit: 70, after });
      for (const { target } of page.data) seen.add(target?.id);
      after = page.nextCursor ?? undefined;
    } while (after !== undefined);
    expect(seen.size).toBe(300);
  });

  test.each([
    "update audit_log set actor_id = 'nobody'",
    "delete from audit_log",
    "truncate audit_log",
    "update audit_seals set seq = seq",
    "delete from audit_seals",
    "truncate audit_seals",
  ])("the database refuses: %s", async (statement) => {
    await expect(database().sql.query(statement)).rejects.toThrow("The audit trail is only added to");
  });

  test("sealing gives each entry a place without gaps, and a hash that anyone can compute from what they see", async () => {
    const { sql } = database();
    const entries = await fiveSealed(sql);
    for (const [index, { seal, ...entry }] of entries.entries()) {
      const { hash, ...place } = seal;
      const text = canonicalJson({ entry, ...place } as unknown as JsonValue);
      expect(createHash("sha256").update(text).digest("hex")).toBe(hash);
      const before = entries[index - 1]?.seal;
      if (before) expect(place).toMatchObject({ seq: before.seq + 1, prev_hash: before.hash });
    }
    expect(await auditHead(sql)).toEqual(entries.at(-1)?.seal);
    expect(await faultsOf(sql)).toEqual([]);
  });

  test("sealers of several processes at once give each entry one place", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const sealers = Array.from({ length: 4 }, () => openAuditSealer(sql));
    const work = Array.from({ length: 200 }, async (_, n) => {
      await writeAudit(sql, [readBy(actorOf(tenantId), `res_${n}`)]);
      await sealers[n % 4]?.seal();
    });
    await Promise.all(work);
    await openAuditSealer(sql).seal();
    const [row] = await sql.query(
      `select count(*)::integer as sealed from audit_log join audit_seals on audit_id = id where tenant_id = $1`,
      [tenantId],
    );
    expect(row).toEqual({ sealed: 200 });
    expect(await faultsOf(sql)).toEqual([]);
  });

  test("a sealer that has looked around sees more than one look holds", async () => {
    const { sql } = database();
    const actor = actorOf(newTenant());
    const sealer = openAuditSealer(sql);
    await sealer.seal();
    await writeAudit(
      sql,
      Array.from({ length: 2100 }, (_, n) => readBy(actor, `res_${n}`)),
    );
    expect(await sealer.seal()).toBe(2100);
    expect(await sealer.seal()).toBe(0);
    expect(await faultsOf(sql)).toEqual([]);
  });

  test("a changed entry is found, whatever of it was changed", async () => {
    const { sql } = database();
    const [, second] = await fiveSealed(sql);
    for (const change of [
      "actor_id = 'somebody else'",
      "actor_kind = 'system', actor_id = 'system'",
      "action = 'research.deleted'",
      "target_id = 'res_other'",
      "at = at + interval '1 millisecond'",
      "tenant_id = 'other'",
      "request_id = null",
      "client_address = '198.51.100.1'",
      `details = '{"a": 1}'`,
    ]) {
      const faults = await tampering(sql, (transaction) =>
        transaction.query(`update audit_log set ${change} where id = $1`, [second?.id]),
      );
      expect(faults, change).toMatchObject([{ kind: "changed", seq: second?.seal.seq, audit_id: second?.id }]);
    }
  });

  test("a removed entry is found, with its seal or without", async () => {
    const { sql } = database();
    const [, second] = await fiveSealed(sql);
    const remove = (transaction: Sql) => transaction.query("delete from audit_log where id = $1", [second?.id]);
    expect(await tampering(sql, remove)).toMatchObject([{ kind: "missing", seq: second?.seal.seq }]);
    const removeBoth = async (transaction: Sql) => {
      await remove(transaction);
      await transaction.query("delete from audit_seals where audit_id = $1", [second?.id]);
    };
    expect(await tampering(sql, removeBoth)).toMatchObject([{ kind: "gap", seq: (second?.seal.seq ?? 0) + 1 }]);
    const closeTheGap = async (transaction: Sql) => {
      await removeBoth(transaction);
      await transaction.query("update audit_seals set seq = seq - 1 where seq > $1", [second?.seal.seq]);
    };
    const faults = await tampering(sql, closeTheGap);
    expect(faults[0]).toMatchObject({ kind: "broken_link", seq: second?.seal.seq });
  });

  test("entries in another order are found", async () => {
    const { sql } = database();
    const [, second, third] = await fiveSealed(sql);
    const swap = async (transaction: Sql) => {
      const move = "update audit_seals set audit_id = $1 where seq = $2";
      await transaction.query(move, ["aside", second?.seal.seq]);
      await transaction.query(move, [second?.id, third?.seal.seq]);
      await transaction.query(move, [third?.id, second?.seal.seq]);
    };
    const faults = await tampering(sql, swap);
    expect(faults.map(({ kind, seq }) => ({ kind, seq }))).toEqual([
      { kind: "changed", seq: second?.seal.seq },
      { kind: "changed", seq: third?.seal.seq },
    ]);
  });

  test("an entry that was put in afterwards is found, sealed or not", async () => {
    const { sql } = database();
    const [first] = await fiveSealed(sql);
    const insert = (transaction: Sql) =>
      transaction.query(
        `insert into audit_log (id, tenant_id, actor_kind, actor_id, action, at)
         values ('aud_forged', $1, 'local', 'local', 'research.listed', now() - interval '1 day')`,
        [first?.tenant_id],
      );
    expect(await tampering(sql, insert)).toMatchObject([{ kind: "unsealed", audit_id: "aud_forged" }]);
    const insertSealed = async (transaction: Sql) => {
      await insert(transaction);
      await openAuditSealer(transaction).seal();
    };
    expect(await tampering(sql, insertSealed)).toMatchObject([{ kind: "backdated", audit_id: "aud_forged" }]);
  });

  test("an end that was kept elsewhere shows a chain that was cut off, and one that was written anew", async () => {
    const { sql } = database();
    const entries = await fiveSealed(sql);
    const kept = entries.at(-1)?.seal ?? { seq: 0, hash: "" };
    expect(await faultsOf(sql, [kept])).toEqual([]);
    const cut = async (transaction: Sql) => {
      await transaction.query("delete from audit_seals where audit_id = $1", [entries[4]?.id]);
      await transaction.query("delete from audit_log where id = $1", [entries[4]?.id]);
    };
    expect(await tampering(sql, cut)).toEqual([]);
    expect(await tampering(sql, cut, [kept])).toMatchObject([{ kind: "cut_off", seq: kept.seq }]);
    const rewrite = async (transaction: Sql) => {
      await transaction.query("update audit_log set actor_id = 'innocent' where id = $1", [entries[1]?.id]);
      await transaction.query("delete from audit_seals where seq >= $1", [entries[1]?.seal.seq]);
      await openAuditSealer(transaction).seal();
    };
    expect(await tampering(sql, rewrite)).toEqual([]);
    expect(await tampering(sql, rewrite, [kept])).toMatchObject([{ kind: "other_history", seq: kept.seq }]);
  });

  test("the list is filtered by what was done, to what, by whom and when, and shows a tenant its own only", async () => {
    const { sql } = database();
    const [tenantId, other] = [newTenant(), newTenant()];
    const [actor, colleague] = [actorOf(tenantId), { ...actorOf(tenantId), id: "key_2" }];
    await writeAudit(sql, [readBy(actor, "res_1"), readBy(actorOf(other), "res_1")]);
    await writeAudit(sql, [{ actor: colleague, action: "research.deleted", target: target("res_1") }]);
    await writeAudit(sql, [{ actor, action: "research.listed", target: null, details: { jobs: 2 } }]);
    const list = async (filter: object) =>
      (await listAudit(sql, { tenantId, limit: 10, ...filter })).data.map(({ action }) => action);
    expect(await list({})).toEqual(["research.listed", "research.deleted", "research.read"]);
    expect(await list({ action: "research.read" })).toEqual(["research.read"]);
    expect(await list({ targetId: "res_1" })).toEqual(["research.deleted", "research.read"]);
    expect(await list({ actorId: "key_2" })).toEqual(["research.deleted"]);
    const { data } = await listAudit(sql, { tenantId, limit: 10 });
    const [last, , first] = data.map(({ at }) => at);
    expect(await list({ since: last })).toContain("research.listed");
    expect(await list({ until: first })).toEqual([]);
    expect((await listAudit(sql, { tenantId: null, limit: 100 })).data.length).toBeGreaterThan(3);
  });
}
