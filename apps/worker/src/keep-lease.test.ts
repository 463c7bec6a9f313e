import { newId } from "@pharmadb/contracts";
import { applyMigrations, openPglite, type Sql } from "@pharmadb/store";
import { expect, test } from "vitest";
import { keepLease } from "./keep-lease.ts";

const TIMING = { heartbeatMs: 50, leaseMs: 500 };

test("a renewal that gets no answer, its connection leading nowhere, does not keep the next one back", async () => {
  await using stack = new AsyncDisposableStack();
  const { sql } = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close());
  await applyMigrations(sql);
  let renewals = 0;
  const halfDead: Sql = {
    ...sql,
    query: (text, parameters) => {
      const isLost = text.includes("into worker_processes") && ++renewals === 2;
      return isLost ? new Promise(() => undefined) : sql.query(text, parameters);
    },
  };
  const complaints: string[] = [];
  const worker = { id: newId("key"), queues: ["research"], concurrency: 1 };
  const complain = (message: string) => () => void complaints.push(message);
  stack.use(await keepLease(worker, { sql: halfDead, timing: TIMING, complain }));
  await expect.poll(() => renewals).toBeGreaterThan(3);
  expect(complaints).toContain("the worker's lease was not renewed");
});
