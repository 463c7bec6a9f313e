import { text } from "node:stream/consumers";
import { fileStorageKey, getFile, listAudit } from "@pharmadb/store";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { emptyReport, openWorld, TENANT, type World } from "../testing/open-world.ts";
import { clearAway } from "./clear-away.ts";

// One database for all, for making one takes seconds.
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const LATER = new Date("2100-01-01");
const DAILY = "created_at + interval '1 day'";

/** A job with its time, completed; and the file that it read. */
async function completedWithFile(metadata: Record<string, string> = {}) {
  const file = await world.upload();
  const id = await world.submit({ file_ids: [file], metadata });
  await world.untilEnd(id);
  await world.database.sql.query(`update research set expires_at = ${DAILY} where id = $1`, [id]);
  const stored = await getFile(world.database.sql, TENANT, file);
  return { id, file, key: fileStorageKey(TENANT, stored?.sha256 ?? "") };
}

const isGone = async (id: string) =>
  (await world.database.sql.query("select from research where id = $1 union all select from files where id = $1", [id]))
    .length === 0;
const bytesOf = (key: string) => text(world.files.read(key)).catch(() => null);

test("a worker erases expired jobs, then their files, then the bytes, and leaves what is held", async () => {
  const rest = await world.start(async () => emptyReport());
  const expired = await completedWithFile();
  const held = await completedWithFile({ hold: "true" });
  await rest[Symbol.asyncDispose]();
  await using _worker = await world.start(async () => emptyReport(), {
    retentionDays: 30,
    now: () => LATER,
    timing: { retentionMs: 50, retentionRestMs: 1 },
  });
  await vi.waitFor(async () => expect(await bytesOf(expired.key)).toBeNull(), { timeout: 20_000 });
  expect(await isGone(expired.id)).toBe(true);
  expect(await isGone(expired.file)).toBe(true);
  expect(await isGone(held.id)).toBe(false);
  expect(await bytesOf(held.key)).toBe("USUBJID,AGE\n01,71\n");
  expect(world.logs).toContainEqual(
    expect.objectContaining({ message: "cleared away", research: 1, files: 1, bytes: 1 }),
  );
  const { data } = await listAudit(world.database.sql, { tenantId: TENANT, limit: 10 });
  const told = data.filter(({ actor }) => actor.id === "retention").map(({ action, target }) => [action, target?.id]);
  expect(Object.fromEntries(told)).toEqual({ "research.expired": expired.id, "file.expired": expired.file });
  await world.database.sql.query("delete from research where id = $1", [held.id]);
});

test("without retention nothing expires, and what nobody needs goes all the same", async () => {
  const worker = await world.start(async () => emptyReport());
  const { id, file, key } = await completedWithFile();
  await worker[Symbol.asyncDispose]();
  const { sql } = world.database;
  await sql.query(
    `insert into idempotency_keys (tenant_id, key, body_sha256, research_id, expires_at) values ($1, 'k', 'b', $2, now())`,
    [TENANT, id],
  );
  await sql.query(
    `insert into webhook_deliveries (id, tenant_id, research_id, url, type, body, status, next_attempt_at, receiver)
     values (new_id('whd'), $1, $2, 'https://example.com', 'research.completed', '{}', 'failed', null, 'r')`,
    [TENANT, id],
  );
  const log = { warn: () => undefined } as never;
  const clear = (retentionDays: number | null) =>
    clearAway({ sql, files: world.files, log, retentionDays, now: LATER, rest: async () => undefined });
  expect(await clear(null)).toEqual({
    research: 0,
    batches: 0,
    files: 0,
    bytes: 0,
    deliveries: 1,
    skipped: 0,
    keys: 1,
  });
  expect(await isGone(id)).toBe(false);
  expect(await isGone(file)).toBe(false);
  expect(await bytesOf(key)).not.toBeNull();
});

test("a storage that is out keeps nothing else from going, and its bytes go when it is back", async () => {
  const worker = await world.start(async () => emptyReport());
  const { id, key } = await completedWithFile();
  await worker[Symbol.asyncDispose]();
  const { sql } = world.database;
  const warnings: unknown[] = [];
  const log = { warn: (message: string) => warnings.push(message) } as never;
  const common = { sql, log, retentionDays: 1, now: LATER, rest: async () => undefined };
  const out = { remove: () => Promise.reject(new Error("storage is out")) };
  expect(await clearAway({ ...common, files: out })).toMatchObject({ bytes: 0 });
  expect(await isGone(id)).toBe(true);
  expect(warnings).toContain("bytes not removed yet");
  expect(await bytesOf(key)).not.toBeNull();
  expect((await clearAway({ ...common, files: world.files })).bytes).toBeGreaterThan(0);
  expect(await bytesOf(key)).toBeNull();
});
