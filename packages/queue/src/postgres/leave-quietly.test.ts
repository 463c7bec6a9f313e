// biome-ignore lint/style/noRestrictedImports: the queue lives in a database that only the store opens; tests need one.
import { openPglite } from "@pharmadb/store";
import type { PgPool, PgPoolClient } from "bullmq";
import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import { replaceMethods } from "../replace-methods.ts";
import { leaveQuietly } from "./leave-quietly.ts";

/** The pool with a log of what becomes of each client: its statements about listening, and its release. */
function logged(pool: PgPool): { pool: PgPool; logs: string[][] } {
  const logs: string[][] = [];
  const follow = (client: PgPoolClient): PgPoolClient => {
    const log: string[] = [];
    logs.push(log);
    return replaceMethods(client, {
      async query(text: string, parameters?: readonly unknown[]) {
        const result = await client.query(text, parameters as unknown[]);
        const [about] = /^(?:un)?listen (?:\w+|\*)/im.exec(text) ?? [];
        if (about) log.push(about.toLowerCase());
        return result;
      },
      release(destroy?: boolean) {
        log.push("released");
        client.release(destroy);
      },
    });
  };
  return { pool: replaceMethods(pool, { connect: async () => follow(await pool.connect()) }), logs };
}

test("a connection that listened says that it does no longer before it is given back, and no other says anything", async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close());
  const { pool, logs } = logged(database.pool as unknown as PgPool);
  const queues = await openQueues({ database: pool });
  const worker = queues.startResearchWorker({
    concurrency: 1,
    process: async () => undefined,
    giveBack: async () => undefined,
  });
  const listening = () => logs.filter(([first]) => first?.startsWith("listen")).length;
  await expect.poll(listening).toBe(2);
  await worker.close();
  await queues.close();
  const left = () => logs.filter((log) => log.length > 1).map((log) => log.slice(1));
  await expect.poll(left).toEqual([
    ["unlisten *", "released"],
    ["unlisten *", "released"],
  ]);
  expect(new Set(logs.filter((log) => log.length === 1).flat())).toEqual(new Set(["released"]));
});

test("a pool may end before a connection that listened has said that it does no longer", async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close());
  const unheard: unknown[] = [];
  const note = (reason: unknown) => void unheard.push(reason);
  process.on("unhandledRejection", note);
  stack.defer(() => void process.off("unhandledRejection", note));
  const listener = await leaveQuietly(database.pool as unknown as PgPool).connect();
  await listener.query("listen everybody");
  const busy = await database.pool.connect();
  await busy.query("begin");
  listener.release(true);
  await database.pool.end();
  await new Promise(setImmediate);
  expect(unheard).toEqual([]);
});
