import { newId } from "@pharmadb/contracts";
import { applyMigrations, openPglite, type Sql } from "@pharmadb/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepLease } from "./keep-lease.ts";

const TIMING = { heartbeatMs: 50, leaseMs: 500 };

const stack = new AsyncDisposableStack();
let sql: Sql;
beforeAll(async () => {
  ({ sql } = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close()));
  await applyMigrations(sql);
});
afterAll(() => stack.disposeAsync());

/** The record, with no answer to the second renewal: its connection leads nowhere. */
function halfDead(): { sql: Sql; renewals(): number } {
  let renewals = 0;
  const query: Sql["query"] = (text, parameters) => {
    const isLost = text.includes("into worker_processes") && ++renewals === 2;
    return isLost ? new Promise(() => undefined) : sql.query(text, parameters);
  };
  return { sql: { ...sql, query }, renewals: () => renewals };
}

const newWorker = () => ({ id: newId("key"), queues: ["research"], concurrency: 1 });

test("a renewal that gets no answer does not keep the next one back", async () => {
  const record = halfDead();
  const complaints: string[] = [];
  const complain = (message: string) => () => void complaints.push(message);
  await using _lease = await keepLease(newWorker(), { sql: record.sql, timing: TIMING, complain });
  await expect.poll(record.renewals).toBeGreaterThan(3);
  expect(complaints).toContain("the worker's lease was not renewed");
});

test("a worker that stops does not wait for long until others know it", async () => {
  const record = halfDead();
  const timing = { ...TIMING, heartbeatMs: 200 };
  const complain = () => () => undefined;
  await using lease = await keepLease(newWorker(), { sql: record.sql, timing, complain });
  await expect(lease.takeNoMore()).rejects.toThrow("no answer");
});
