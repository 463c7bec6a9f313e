import { expect, test } from "vitest";
import type { Entry } from "../entry-name.ts";
import { openQueues } from "../open-queues.ts";
import type { NewEntry, Priority, Queues, ResearchWorkerOptions } from "../queues.ts";
import type { OpenDatabase } from "./open-databases.ts";

/** Queues on the shared database, empty at the start and closed at the end. */
async function emptyQueues(database: OpenDatabase): Promise<Queues & AsyncDisposable> {
  const errors: Error[] = [];
  const queues = await openQueues({ ...database.queues, onError: (error) => errors.push(error) });
  await queues.research.reset();
  return {
    ...queues,
    [Symbol.asyncDispose]: async () => {
      await queues.close();
      expect(errors).toEqual([]);
    },
  };
}

/** The first dispatch of a job. */
const entry = (id: string, priority: Priority = "interactive"): NewEntry => ({ id, dispatch: 1, priority });

/** A worker that notes what it runs and waits where told. */
function startNotingWorker(queues: Queues, process: ResearchWorkerOptions["process"], concurrency = 10) {
  const started: string[] = [];
  const ended: string[] = [];
  const givenBack: Entry[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  const worker = queues.startResearchWorker({
    concurrency,
    async process(taken, signal) {
      started.push(taken.id);
      changed();
      await process(taken, signal);
      ended.push(taken.id);
      changed();
    },
    async giveBack(taken) {
      givenBack.push(taken);
    },
  });
  return {
    ...worker,
    started,
    ended,
    givenBack,
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!holds()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    [Symbol.asyncDispose]: () => worker.close(),
  };
}

const done = async () => undefined;
const EMPTY = { waiting: 0, active: 0 };

/** What the queue does on every database. */
export function queueContract(database: () => OpenDatabase): void {
  test("adding an entry twice, at once and in bulk, makes one run", async () => {
    await using queues = await emptyQueues(database());
    const ids = Array.from({ length: 20 }, (_, index) => `res_${index}`);
    await Promise.all([...ids, ...ids].map((id) => queues.research.addBulk([entry(id)])));
    await queues.research.addBulk([...ids, ...ids].map((id) => entry(id)));
    expect(await queues.research.counts()).toEqual({ waiting: 20, active: 0 });
    await using worker = startNotingWorker(queues, done);
    await worker.until(() => worker.ended.length === ids.length);
    expect(worker.started.toSorted()).toEqual(ids.toSorted());
    await expect.poll(() => queues.research.counts()).toEqual(EMPTY);
  });

  test("adding nothing is no error", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.addBulk([]);
    expect(await queues.research.counts()).toEqual(EMPTY);
  });

  test("a job runs once a dispatch, also while the entry of an earlier one is still held", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<void>();
    const taken: Entry[] = [];
    await using worker = startNotingWorker(queues, async (each) => {
      taken.push(each);
      if (each.dispatch === 1) await gate.promise;
    });
    await queues.research.addBulk([entry("res_a")]);
    await worker.until(() => worker.started.length === 1);
    await queues.research.addBulk([entry("res_a")]);
    expect(await queues.research.counts()).toEqual({ waiting: 0, active: 1 });
    expect(worker.running()).toEqual(["res_a"]);
    await queues.research.addBulk([{ ...entry("res_a"), dispatch: 2 }]);
    await worker.until(() => worker.ended.length === 1);
    expect(taken).toEqual([
      { id: "res_a", dispatch: 1 },
      { id: "res_a", dispatch: 2 },
    ]);
    gate.resolve();
  });

  test("interactive work goes before batch work that has waited longer", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.addBulk([
      entry("res_b1", "batch"),
      entry("res_b2", "batch"),
      entry("res_i1"),
      entry("res_i2"),
    ]);
    await using worker = startNotingWorker(queues, done, 1);
    await worker.until(() => worker.ended.length === 4);
    expect(worker.started).toEqual(["res_i1", "res_i2", "res_b1", "res_b2"]);
  });

  test("what is first goes ahead of all that is on the list, alone and among others", async () => {
    await using queues = await emptyQueues(database());
    const first = (id: string): NewEntry => ({ ...entry(id), first: true });
    await queues.research.addBulk([entry("res_b1", "batch"), entry("res_i1"), entry("res_i2")]);
    await queues.research.addBulk([first("res_f3")]);
    await queues.research.addBulk([first("res_f1"), entry("res_i3"), first("res_f2")]);
    await using worker = startNotingWorker(queues, done, 1);
    await worker.until(() => worker.ended.length === 7);
    expect(worker.started).toEqual(["res_f1", "res_f2", "res_f3", "res_i1", "res_i2", "res_i3", "res_b1"]);
  });

  test("a run that fails is told, and its entry is gone", async () => {
    const errors: Error[] = [];
    await using queues = await openQueues({ ...database().queues, onError: (error) => errors.push(error) }).then(
      (opened) => ({ ...opened, [Symbol.asyncDispose]: opened.close }),
    );
    await queues.research.reset();
    const boom = new Error("boom");
    await using worker = startNotingWorker(queues, () => Promise.reject(boom));
    await queues.research.addBulk([entry("res_a")]);
    await worker.until(() => worker.started.length === 1);
    await expect.poll(() => queues.research.counts()).toEqual(EMPTY);
    await expect.poll(() => errors).toEqual([boom]);
  });

  test("a cancel reaches the run with its reason, and only that run", async () => {
    await using queues = await emptyQueues(database());
    const reasons = new Map<string, unknown>();
    await using worker = startNotingWorker(queues, ({ id }, signal) => {
      const ended = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => {
        reasons.set(id, signal.reason);
        ended.resolve();
      });
      return ended.promise;
    });
    await queues.research.addBulk([entry("res_a"), entry("res_b")]);
    await worker.until(() => worker.started.length === 2);
    const reason = new Error("enough");
    expect(worker.cancel("res_a", reason)).toBe(true);
    await worker.until(() => worker.ended.includes("res_a"));
    await expect.poll(() => worker.running()).toEqual(["res_b"]);
    expect([...reasons]).toEqual([["res_a", reason]]);
    expect(worker.cancel("res_a", reason)).toBe(false);
    worker.cancel("res_b", reason);
  });

  test("missing names the entries that are gone, whatever state the others are in", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<void>();
    await using worker = startNotingWorker(queues, () => gate.promise, 1);
    await queues.research.addBulk([entry("res_active")]);
    await worker.until(() => worker.started.length === 1);
    const many = Array.from({ length: 20 }, (_, index) => entry(`res_${index}`, index % 2 ? "batch" : "interactive"));
    await queues.research.addBulk([entry("res_waiting"), entry("res_batch", "batch"), ...many]);
    const later = { id: "res_waiting", dispatch: 2 };
    const asked = [entry("res_active"), entry("res_waiting"), later, entry("res_gone"), entry("res_batch"), ...many];
    expect(await queues.research.missing(asked)).toEqual([later, entry("res_gone")]);
    expect(await queues.research.missing([])).toEqual([]);
    gate.resolve();
  });

  test("a reset drops every entry, and the list goes on working", async () => {
    await using queues = await emptyQueues(database());
    const entries = [entry("res_a", "batch"), entry("res_b")];
    await queues.research.addBulk(entries);
    await queues.research.reset();
    expect(await queues.research.missing(entries)).toEqual(entries);
    await using worker = startNotingWorker(queues, done);
    await queues.research.addBulk([entry("res_a")]);
    await worker.until(() => worker.ended.length === 1);
    expect(worker.started).toEqual(["res_a"]);
  });

  test("closing takes no more jobs and waits for the running one", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<void>();
    const worker = startNotingWorker(queues, () => gate.promise);
    await queues.research.addBulk([entry("res_a")]);
    await worker.until(() => worker.started.length === 1);
    const closed = worker.close();
    await queues.research.addBulk([entry("res_b")]);
    gate.resolve();
    await closed;
    expect(worker.started).toEqual(["res_a"]);
    const left = [...worker.givenBack, ...(await queues.research.missing([entry("res_a"), entry("res_b")]))];
    expect(left.map(({ id }) => id).toSorted()).toEqual(
      worker.givenBack.length === 0 ? ["res_a"] : ["res_a", "res_b", "res_b"],
    );
  });
}
