import { nextTick } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { Queues, RecurringTask } from "../queues.ts";
import type { OpenDatabase } from "./open-databases.ts";

async function emptyQueues(database: OpenDatabase): Promise<Queues & AsyncDisposable> {
  const errors: Error[] = [];
  const queues = await openQueues({ ...database.queues, onError: (error) => errors.push(error) });
  await queues.maintenance.reset();
  return {
    ...queues,
    [Symbol.asyncDispose]: async () => {
      await queues.close();
      expect(errors.map(({ message }) => message)).toEqual([]);
    },
  };
}

/** A worker that notes what it is given and when. */
function startNotingWorker(queues: Queues, process: (id: string) => Promise<void> = async () => undefined) {
  const seen: { id: string; atMs: number }[] = [];
  const worker = queues.startMaintenanceWorker({
    concurrency: 10,
    process(id) {
      seen.push({ id, atMs: Date.now() });
      return process(id);
    },
  });
  const timesOf = (id: string) => seen.filter((each) => each.id === id).length;
  return { seen, timesOf, close: worker.close, [Symbol.asyncDispose]: () => worker.close() };
}

const UNTIL = { timeout: 15_000, interval: 20 };
const often: RecurringTask = { id: "often", everyMs: 50 };
const rarely: RecurringTask = { id: "rarely", everyMs: 3_600_000 };
const cronTask = (cron: string): RecurringTask => {
  const recurrence = { cron, timezone: "Asia/Kolkata" };
  return { id: "sch_yearly", ...recurrence, nextAt: nextTick(recurrence, new Date()) };
};
const yearly = cronTask("0 0 1 1 *");

/** What the queue of maintenance does on every database. */
export function maintenanceQueueContract(database: () => OpenDatabase): void {
  test("a task comes at once and then again and again, also after it has failed, until it is forgotten", async () => {
    const errors: Error[] = [];
    const opened = await openQueues({ ...database().queues, onError: (error) => errors.push(error) });
    await using queues = { ...opened, [Symbol.asyncDispose]: opened.close };
    await queues.maintenance.reset();
    await queues.maintenance.recur(often);
    const boom = new Error("boom");
    await using worker = startNotingWorker(queues, () => Promise.reject(boom));
    await expect.poll(() => worker.timesOf("often"), UNTIL).toBeGreaterThan(3);
    await queues.maintenance.forget("often");
    await expect.poll(() => queues.maintenance.counts(), UNTIL).toEqual({ waiting: 0, active: 0, delayed: 0 });
    expect(new Set(errors)).toEqual(new Set([boom]));
  });

  test("a task has one next time, whoever asks for it and however often", async () => {
    await using queues = await emptyQueues(database());
    await using other = await openQueues(database().queues).then((opened) => ({
      ...opened,
      [Symbol.asyncDispose]: opened.close,
    }));
    for (const { maintenance } of [queues, other, queues]) {
      await maintenance.recur(yearly);
      await maintenance.keep(async () => [yearly]);
    }
    expect(await queues.maintenance.counts()).toEqual({ waiting: 0, active: 0, delayed: 1 });
    await other.maintenance.forget(yearly.id);
    await other.maintenance.forget("never there");
    expect(await queues.maintenance.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
  });

  test("what was lost, changed or is no longer wanted is put right, and the rest keeps its next time", async () => {
    await using queues = await emptyQueues(database());
    await queues.maintenance.keep(async () => [often, rarely, yearly]);
    await using worker = startNotingWorker(queues);
    await expect.poll(() => worker.timesOf("rarely"), UNTIL).toBe(1);
    await queues.maintenance.keep(async () => [rarely, cronTask("0 0 1 7 *")]);
    await queues.maintenance.keep(async () => [rarely, cronTask("0 0 1 7 *")]);
    await expect.poll(() => queues.maintenance.counts(), UNTIL).toEqual({ waiting: 0, active: 0, delayed: 2 });
    expect(worker.timesOf("rarely")).toBe(1);
    await queues.maintenance.reset();
    expect(await queues.maintenance.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
    await queues.maintenance.keep(async () => [rarely]);
    await expect.poll(() => worker.timesOf("rarely"), UNTIL).toBe(2);
  });

  test("what is added while it is read what is wanted is not taken away", async () => {
    await using queues = await emptyQueues(database());
    await queues.maintenance.keep(async () => {
      await queues.maintenance.recur(yearly);
      return [];
    });
    expect(await queues.maintenance.counts()).toMatchObject({ delayed: 1 });
    await queues.maintenance.keep(async () => []);
    expect(await queues.maintenance.counts()).toMatchObject({ delayed: 0 });
  });

  test("of the times that pass without a worker one is left, and closing waits for what runs", async () => {
    await using queues = await emptyQueues(database());
    await queues.maintenance.recur(often);
    const first = startNotingWorker(queues);
    await expect.poll(() => first.timesOf("often"), UNTIL).toBeGreaterThan(1);
    await first.close();
    // A worker makes the next entry as it takes one, so without a worker there are no more than this.
    const { waiting, delayed, active } = await queues.maintenance.counts();
    expect([waiting + delayed, active]).toEqual([1, 0]);
    const gate = Promise.withResolvers<void>();
    const second = startNotingWorker(queues, () => gate.promise);
    await expect.poll(() => second.timesOf("often"), UNTIL).toBeGreaterThan(0);
    const closed = second.close();
    gate.resolve();
    await closed;
  });
}
