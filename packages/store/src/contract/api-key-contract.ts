import { apiKeySha256, newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { createApiKey, type NewApiKey } from "../api-keys/create-api-key.ts";
import { listApiKeys } from "../api-keys/list-api-keys.ts";
import { revokeApiKey } from "../api-keys/revoke-api-key.ts";
import { useApiKeys } from "../api-keys/use-api-keys.ts";
import type { Database } from "../database.ts";
import type { Sql } from "../sql.ts";
import { newTenant } from "./given.ts";

async function keyOf(sql: Sql, tenantId: string, fields: Partial<NewApiKey> = {}) {
  const created = await createApiKey(sql, { tenantId, scopes: ["read"], ...fields });
  return { ...created, keySha256: apiKeySha256(created.key) };
}

/** What the record of API keys promises. */
export function apiKeyContract(database: () => Database): void {
  test("a key is found by its hash, in the place of its hash, and is nowhere in its record", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const one = await keyOf(sql, tenant, { scopes: ["read", "write"], ratePerMinute: 60, name: "ci" });
    const two = await keyOf(sql, tenant);
    const found = await useApiKeys(sql, [two.keySha256, apiKeySha256("pdb_none"), one.keySha256, two.keySha256]);
    expect(found.map((key) => key?.id ?? null)).toEqual([two.record.id, null, one.record.id, two.record.id]);
    expect(found[2]).toMatchObject({ tenant_id: tenant, scopes: ["read", "write"], rate_per_minute: 60, name: "ci" });
    const rows = await sql.query("select * from api_keys where id = $1", [one.record.id]);
    expect(JSON.stringify(rows)).not.toContain(one.key);
    expect(JSON.stringify(rows)).toContain(one.key.slice(0, 12));
  });

  test("a key that is revoked or past its end is not found any more, and is still listed", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const revoked = await keyOf(sql, tenant);
    const ended = await keyOf(sql, tenant, { expiresAt: new Date(Date.now() - 1000) });
    const lasting = await keyOf(sql, tenant, { expiresAt: new Date(Date.now() + 60_000) });
    const first = await revokeApiKey(sql, revoked.record.id);
    expect((await revokeApiKey(sql, revoked.record.id))?.revoked_at).toBe(first?.revoked_at);
    expect(await revokeApiKey(sql, newId("key"))).toBeNull();
    const hashes = [revoked, ended, lasting].map(({ keySha256 }) => keySha256);
    expect((await useApiKeys(sql, hashes)).map((key) => key?.id ?? null)).toEqual([null, null, lasting.record.id]);
    const listed = await listApiKeys(sql, { tenantId: tenant });
    expect(listed.map(({ id }) => id).sort()).toEqual([revoked, ended, lasting].map(({ record }) => record.id).sort());
    expect(await listApiKeys(sql, { tenantId: newTenant() })).toEqual([]);
    expect((await listApiKeys(sql, { tenantId: null })).length).toBeGreaterThanOrEqual(3);
  });

  test("its use is noted once a minute at most, however many use it at once", async () => {
    const { sql } = database();
    const { keySha256, record } = await keyOf(sql, newTenant());
    const version = async () =>
      (await sql.query("select xmin::text, last_used_at from api_keys where id = $1", [record.id]))[0];
    await Promise.all(Array.from({ length: 10 }, () => useApiKeys(sql, [keySha256])));
    const noted = await version();
    expect(noted?.last_used_at).toBeInstanceOf(Date);
    await useApiKeys(sql, [keySha256]);
    expect(await version()).toEqual(noted);
    await sql.query("update api_keys set last_used_at = last_used_at - interval '61 seconds' where id = $1", [
      record.id,
    ]);
    const before = await version();
    await useApiKeys(sql, [keySha256]);
    expect(Number((await version())?.last_used_at)).toBeGreaterThan(Number(before?.last_used_at));
  });

  test("a key without a scope, with an unknown one or with a rate of nothing cannot be recorded", async () => {
    const { sql } = database();
    await expect(keyOf(sql, newTenant(), { scopes: [] })).rejects.toThrow("scopes");
    await expect(keyOf(sql, newTenant(), { scopes: ["root" as "read"] })).rejects.toThrow("scopes");
    await expect(keyOf(sql, newTenant(), { ratePerMinute: 0 })).rejects.toThrow("rate_per_minute");
  });
}
