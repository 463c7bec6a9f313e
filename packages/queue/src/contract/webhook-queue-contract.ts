import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { Queues } from "../queues.ts";
import type { OpenDatabase } from "./open-databases.ts";

async function emptyQueues(database: OpenDatabase): Promise<Queues & AsyncDisposable> {
  const queues = await openQueues(database.queues);
  await queues.webhooks.reset();
  return { ...queues, [Symbol.asyncDispose]: () => queues.close() };
}

/** A worker that notes what it is given, and lets a test wait for so many. */
function startNotingWorker(queues: Queues, process: (id: string) => Promise<void> = async () => undefined) {
  const seen: string[] = [];
  let check: () => void = () => undefined;
  const worker = queues.startWebhookWorker({
    concurrency: 10,
    process(id) {
      seen.push(id);
      check();
      return process(id);
    },
  });
  return {
    seen,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        check = () => {
          if (seen.length >= count) resolve();
        };
        check();
      }),
    close: worker.close,
    [Symbol.asyncDispose]: () => worker.close(),
  };
}

/** What the queue of webhook deliveries does on every database. */
export function webhookQueueContract(database: () => OpenDatabase): void {
  test("an attempt is taken once however often it is added, and the next attempt is another entry", async () => {
    await using queues = await emptyQueues(database());
    await queues.webhooks.add([]);
    const first = [
      { id: "whd_a", attempts: 0 },
      { id: "whd_b", attempts: 3 },
    ];
    await queues.webhooks.add([...first, ...first]);
    await queues.webhooks.add(first);
    expect(await queues.webhooks.counts()).toEqual({ waiting: 2, active: 0, delayed: 0 });
    await queues.webhooks.add([{ id: "whd_a", attempts: 1 }]);
    await using worker = startNotingWorker(queues);
    await worker.until(3);
    expect(worker.seen.toSorted()).toEqual(["whd_a", "whd_a", "whd_b"]);
  });

  test("an attempt that runs does not swallow the next one, and one that failed can be added again", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<void>();
    const worker = startNotingWorker(queues, () => gate.promise);
    await queues.webhooks.add([{ id: "whd_a", attempts: 0 }]);
    await worker.until(1);
    await queues.webhooks.add([
      { id: "whd_a", attempts: 0 },
      { id: "whd_a", attempts: 1 },
    ]);
    await worker.until(2);
    gate.reject(new Error("The record is away."));
    await worker.close();
    expect(await queues.webhooks.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
    await using again = startNotingWorker(queues);
    await queues.webhooks.add([{ id: "whd_a", attempts: 1 }]);
    await again.until(1);
  });

  test("research jobs and deliveries do not meet", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.reset();
    await queues.research.addBulk([{ id: "res_a", dispatch: 1, priority: "interactive" }]);
    await queues.webhooks.add([{ id: "whd_a", attempts: 0 }]);
    await queues.webhooks.reset();
    expect(await queues.research.counts()).toMatchObject({ waiting: 1 });
    expect(await queues.webhooks.counts()).toMatchObject({ waiting: 0 });
    await queues.research.reset();
  });
}
