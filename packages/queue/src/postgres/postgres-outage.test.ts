// biome-ignore lint/style/noRestrictedImports: the queue lives in a database that only the store opens; tests need one.
import { openPostgres } from "@pharmadb/store";
// biome-ignore lint/style/noRestrictedImports: as above.
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";

const entry = (id: string) => ({ id, dispatch: 1, priority: "interactive" }) as const;

const isMissing = (await findPostgres()) === null;

test.skipIf(isMissing)(
  `workers and wake-ups go on after the server was started again${isMissing ? " (no PostgreSQL here)" : ""}`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await startPostgres());
    const options = { connectionString: server.connectionString, maxConnections: 10 };
    const database = stack.adopt(await openPostgres(options), (opened) => opened.close());
    const queues = stack.adopt(await openQueues({ database: database.pool }), (opened) => opened.close());
    const ended: string[] = [];
    const worker = queues.startResearchWorker({
      concurrency: 5,
      process: async ({ id }) => void ended.push(id),
      giveBack: async () => undefined,
    });
    stack.defer(() => worker.close());
    await queues.research.addBulk([entry("res_a")]);
    await expect.poll(() => ended).toEqual(["res_a"]);

    await server.stop("SIGQUIT");
    await expect(queues.research.addBulk([entry("res_b")])).rejects.toThrow();
    await server.start();

    await queues.research.addBulk([entry("res_b")]);
    const backAt = performance.now();
    await expect.poll(() => ended, { timeout: 25_000 }).toEqual(["res_a", "res_b"]);
    const tookMs = performance.now() - backAt;
    expect(tookMs).toBeLessThan(10_000);
    let count = 0;
    using _heard = queues.wakeups.subscribe("res_b", () => count++);
    await expect.poll(() => queues.wakeups.notify("res_b").then(() => count), { timeout: 10_000 }).toBeGreaterThan(0);
  },
  60_000,
);
