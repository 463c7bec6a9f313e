import { readLines, takeIn } from "@pharmadb/batches";
import { CANCELS, newId } from "@pharmadb/contracts";
import {
  acceptReceivedBatch,
  type BatchRecord,
  type BatchTerms,
  claimFileBatch,
  createFileBatch,
  getBatch,
  openReceivedBatch,
  requestBatchCancel,
  stageBatchLines,
} from "@pharmadb/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunAgents } from "../process-research.ts";
import { emptyReport, openWorld, TENANT, type World } from "../testing/open-world.ts";

// One database for all, for making one takes seconds. Each test has its own batches and its own worker.
let world: World;
let fileId: string;
beforeAll(async () => {
  world = await openWorld();
  fileId = await world.upload();
});
afterAll(() => world[Symbol.asyncDispose]());

const SHORT = { batchSweepMs: 50, batchRestMs: 10, batchHeartbeatMs: 50, cancelPollMs: 50, settleMs: 50 };
const TERMS: BatchTerms = { strict: false, webhook: null, metadata: {}, expiresAt: null };

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ custom_id: `id-${index + 1}`, question: `Question ${index + 1}?`, file_ids: [fileId] }),
  ).join("\n");

async function* bytesOf(text: string) {
  yield Buffer.from(text);
}

async function receive(text: string): Promise<string> {
  const { sql } = world.database;
  const batch = { id: newId("bat"), owner: "test", tenantId: TENANT, total: 0 };
  await openReceivedBatch(sql, batch);
  await takeIn(sql, batch, readLines(bytesOf(text)), new AbortController().signal);
  await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
  return batch.id;
}

async function inFile(text: string, terms: Partial<BatchTerms> = {}): Promise<string> {
  const id = newId("bat");
  const inputFileId = await world.upload(text);
  const made = { id, tenantId: TENANT, key: null, terms: { ...TERMS, ...terms }, inputFileId };
  await createFileBatch(world.database.sql, made);
  return id;
}

async function untilBatch(id: string, holds: (batch: BatchRecord) => boolean): Promise<BatchRecord> {
  let found: BatchRecord | null = null;
  await expect
    .poll(
      async () => {
        found = await getBatch(world.database.sql, TENANT, id);
        return found !== null && holds(found);
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(true);
  if (!found) throw new Error("The batch is gone.");
  return found;
}

const untilEnd = (id: string) => untilBatch(id, ({ finished_at }) => finished_at !== null);

/** Agents that end only by their signal. */
const untilAborted: RunAgents = (_job, _deps, signal) =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

test("every request of a batch is run once, and the batch ends promptly with the last one", async () => {
  const ran: string[] = [];
  await using _worker = await world.start(async ({ question }) => {
    ran.push(question);
    return emptyReport();
  });
  const id = await receive(lines(120));
  const batch = await untilEnd(id);
  expect(batch).toMatchObject({ status: "completed", counts: { total: 120, completed: 120, queued: 0, running: 0 } });
  expect(new Set(ran).size).toBe(120);
  expect(ran).toHaveLength(120);
  const [last] = await world.database.sql.query<{ ms: number }>(
    `select extract(epoch from batches.finished_at - max(research.finished_at))::float8 * 1000 as ms
     from research join batches on batches.id = batch_id where batch_id = $1 group by batches.finished_at`,
    [id],
  );
  // Without waiting for the next look at all batches.
  expect(last?.ms).toBeLessThan(900);
});

test("two workers that look after the same batches end each once", async () => {
  const agents: RunAgents = async () => emptyReport();
  await using _one = await world.start(agents, { timing: SHORT });
  await using _other = await world.start(agents, { timing: SHORT });
  const ids = await Promise.all([receive(lines(40)), receive(lines(40))]);
  for (const id of ids) expect(await untilEnd(id)).toMatchObject({ counts: { completed: 40 } });
  const ends = world.logs.filter(
    ({ message, batch_id }) => message === "batch ended" && ids.includes(String(batch_id)),
  );
  expect(ends).toHaveLength(2);
});

// Nobody looks around for as long as the test may take: what ends the batch is that each tells the next.
const ONLY_WHEN_TOLD = { cancelPollMs: 600_000, settleMs: 600_000, batchSweepMs: 600_000 };

test("a cancelled batch ends what waits at once and what runs as soon as that is told, and begins nothing more", async () => {
  const { sql } = world.database;
  let begun = 0;
  const id = await receive(lines(800));
  await using _worker = await world.start(
    (job, deps, signal) => {
      begun++;
      return untilAborted(job, deps, signal);
    },
    { concurrency: 5, timing: ONLY_WHEN_TOLD },
  );
  await untilBatch(id, ({ counts }) => counts.running === 5);
  expect(await requestBatchCancel(sql, TENANT, id)).toMatchObject({ outcome: "cancelled", ended: false });
  expect((await getBatch(sql, TENANT, id))?.counts).toMatchObject({ queued: 0, running: 5, cancelled: 795 });
  await world.queues.wakeups.notify(CANCELS);
  const batch = await untilEnd(id);
  expect(batch).toMatchObject({ status: "cancelled", counts: { total: 800, cancelled: 800 } });
  expect(begun).toBe(5);
});

test("a batch in a file is taken in, with its bad lines by number", async () => {
  await using _worker = await world.start(async () => emptyReport(), { timing: SHORT });
  const id = await inFile(`${lines(3)}\n\nnonsense\n${lines(1)}`);
  expect(await untilEnd(id)).toMatchObject({ status: "completed", counts: { total: 5, completed: 3, invalid: 2 } });
  const refused = await world.database.sql.query(
    "select line from batch_items where batch_id = $1 and error is not null",
    [id],
  );
  expect(refused).toEqual([{ line: 5 }, { line: 6 }]);
  const strict = await inFile("nonsense", { strict: true });
  expect(await untilEnd(strict)).toMatchObject({ status: "failed", counts: { total: 1, invalid: 1 } });
  const empty = await inFile("\n\n");
  expect(await untilEnd(empty)).toMatchObject({ status: "failed", error: { message: "There is no request in it." } });
});

test("a file whose reader is gone is read on from the line it had reached, each line once", async () => {
  const { sql } = world.database;
  const text = `\ufeff${lines(1500)}`;
  const id = await inFile(text);
  expect(await claimFileBatch(sql, { owner: "gone", silentMs: 60_000 })).toMatchObject({ id });
  // What the one before has read, a line in the middle of the file.
  const gone = new AbortController();
  const batch = { id, owner: "gone", tenantId: TENANT, total: 0 };
  const half = text.slice(0, text.indexOf('{"custom_id":"id-700"'));
  await takeIn(sql, batch, readLines(bytesOf(half)), gone.signal);
  await using _worker = await world.start(async () => emptyReport(), { timing: SHORT, queues: ["batches"] });
  const taken = await untilBatch(id, ({ status }) => status === "running");
  expect(taken).toMatchObject({ counts: { total: 1500, queued: 1500, invalid: 0 } });
  expect(world.logs.filter(({ message, batch_id }) => message === "batch resumed" && batch_id === id)).toMatchObject([
    { line: 699 },
  ]);
  const items = await sql.query<{ line: number; custom_id: string }>(
    "select line, custom_id from batch_items where batch_id = $1 order by line",
    [id],
  );
  expect(items).toEqual(
    Array.from({ length: 1500 }, (_, index) => ({ line: index + 1, custom_id: `id-${index + 1}` })),
  );
  const late = { lines: [], requests: Buffer.alloc(0), readLines: 1, readBytes: 1 };
  expect(await stageBatchLines(sql, batch, late)).toBeNull();
  await requestBatchCancel(sql, TENANT, id);
});

test("a file that is gone or has too many lines is the end of its batch, which says why", async () => {
  const { sql } = world.database;
  const many = await inFile("1\n".repeat(50_001));
  const gone = await inFile(lines(1));
  await sql.query(
    "update files set storage_key = 'nowhere/at-all' where id = (select input_file_id from batches where id = $1)",
    [gone],
  );
  await sql.query("update batches set created_at = created_at - interval '1 hour' where id = $1", [gone]);
  const deleted = await inFile(lines(1));
  await sql.query("delete from files where id = (select input_file_id from batches where id = $1)", [deleted]);
  await using _worker = await world.start(async () => emptyReport(), { timing: SHORT });
  expect(await untilEnd(many)).toMatchObject({ status: "failed", error: { code: "payload_too_large" } });
  expect(await untilEnd(gone)).toMatchObject({ status: "failed", error: { code: "internal" } });
  expect(await untilEnd(deleted)).toMatchObject({ status: "failed", error: { code: "file_unreadable" } });
});

test("half a batch that nobody receives any more is taken back, and the log says so", async () => {
  const { sql } = world.database;
  const batch = { id: newId("bat"), owner: "gone", tenantId: TENANT, total: 0 };
  await openReceivedBatch(sql, batch);
  await takeIn(sql, batch, readLines(bytesOf(lines(7))), new AbortController().signal);
  await using _worker = await world.start(async () => emptyReport(), { timing: { ...SHORT, batchAbandonMs: 100 } });
  await expect
    .poll(() => sql.query("select id from batches where id = $1", [batch.id]), { timeout: 10_000 })
    .toEqual([]);
  await expect
    .poll(() => world.logs.filter(({ batch_id }) => batch_id === batch.id))
    .toMatchObject([{ level: "warn", lines: 7 }]);
});

test("batches of two tenants run side by side, and neither sees the other's", async () => {
  const { sql } = world.database;
  const [own, other] = [await receive(lines(20)), await receive(lines(20))];
  await sql.query("update batches set tenant_id = 'other' where id = $1", [other]);
  await using _worker = await world.start(async () => emptyReport(), { timing: SHORT });
  expect(await untilEnd(own)).toMatchObject({ counts: { completed: 20 } });
  await expect.poll(async () => (await getBatch(sql, "other", other))?.status, { timeout: 10_000 }).toBe("completed");
  expect(await getBatch(sql, TENANT, other)).toBeNull();
  const owners = await sql.query("select distinct tenant_id from research where batch_id = $1", [other]);
  expect(owners).toEqual([{ tenant_id: "other" }]);
});
