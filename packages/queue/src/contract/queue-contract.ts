import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { JobEnd, Queues, ResearchWorkerOptions } from "../queues.ts";
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

/** A worker that notes what it runs and waits where told. */
function startNotingWorker(queues: Queues, process: ResearchWorkerOptions["process"], concurrency = 10) {
  const started: string[] = [];
  const removed: string[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  const worker = queues.startResearchWorker({
    concurrency,
    process(id, signal) {
      started.push(id);
      changed();
      return process(id, signal);
    },
    onRemoved(id) {
      removed.push(id);
      changed();
    },
  });
  return {
    ...worker,
    started,
    removed,
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

const done = async (): Promise<JobEnd> => "done";

/** What the queue does on every database. */
export function queueContract(database: () => OpenDatabase): void {
  test("adding an id twice, at once and in bulk, makes one run", async () => {
    await using queues = await emptyQueues(database());
    const ids = Array.from({ length: 20 }, (_, index) => `res_${index}`);
    const twice = [...ids, ...ids];
    await Promise.all(twice.map((id) => queues.research.add(id, { priority: "interactive" })));
    await queues.research.addBulk(twice.map((id) => ({ id, priority: "interactive" })));
    expect(await queues.research.counts()).toEqual({ waiting: 20, active: 0, delayed: 0 });
    await using worker = startNotingWorker(queues, done);
    await worker.until(() => worker.removed.length === ids.length);
    expect(worker.started.toSorted()).toEqual(ids.toSorted());
    expect(await queues.research.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
  });

  test("an id that is running cannot be added, one whose entry is gone can", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<JobEnd>();
    await using worker = startNotingWorker(queues, () => gate.promise);
    await queues.research.add("res_a", { priority: "interactive" });
    await worker.until(() => worker.started.length === 1);
    await queues.research.add("res_a", { priority: "interactive" });
    expect(await queues.research.counts()).toEqual({ waiting: 0, active: 1, delayed: 0 });
    expect(worker.running()).toEqual(["res_a"]);
    gate.resolve("done");
    await worker.until(() => worker.removed.length === 1);
    await queues.research.add("res_a", { priority: "interactive" });
    await worker.until(() => worker.started.length === 2);
  });

  test("interactive work goes before batch work that has waited longer", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.addBulk([
      { id: "res_b1", priority: "batch" },
      { id: "res_b2", priority: "batch" },
      { id: "res_i1", priority: "interactive" },
      { id: "res_i2", priority: "interactive" },
    ]);
    await using worker = startNotingWorker(queues, done, 1);
    await worker.until(() => worker.removed.length === 4);
    expect(worker.started).toEqual(["res_i1", "res_i2", "res_b1", "res_b2"]);
  });

  test("a run that asks for another one later gets it, without its entry ever leaving the list", async () => {
    await using queues = await emptyQueues(database());
    const runs: number[] = [];
    await using worker = startNotingWorker(queues, async () => {
      runs.push(Date.now());
      return runs.length === 1 ? { againInMs: 100 } : "done";
    });
    await queues.research.add("res_a", { priority: "interactive" });
    await worker.until(() => worker.removed.length === 1);
    const [first = 0, second = 0] = runs;
    expect(second - first).toBeGreaterThanOrEqual(100);
  });

  test("a delayed entry waits for its time", async () => {
    await using queues = await emptyQueues(database());
    await using worker = startNotingWorker(queues, done);
    const added = Date.now();
    await queues.research.add("res_a", { priority: "interactive", delayMs: 150 });
    expect(await queues.research.counts()).toEqual({ waiting: 0, active: 0, delayed: 1 });
    await worker.until(() => worker.started.length === 1);
    expect(Date.now() - added).toBeGreaterThanOrEqual(149);
  });

  test("a cancel reaches the run with its reason, and only that run", async () => {
    await using queues = await emptyQueues(database());
    const reasons = new Map<string, unknown>();
    await using worker = startNotingWorker(queues, (id, signal) => {
      const ended = Promise.withResolvers<JobEnd>();
      signal.addEventListener("abort", () => {
        reasons.set(id, signal.reason);
        ended.resolve("done");
      });
      return ended.promise;
    });
    await queues.research.add("res_a", { priority: "interactive" });
    await queues.research.add("res_b", { priority: "interactive" });
    await worker.until(() => worker.started.length === 2);
    const reason = new Error("enough");
    expect(worker.cancel("res_a", reason)).toBe(true);
    await worker.until(() => worker.removed.includes("res_a"));
    expect(worker.running()).toEqual(["res_b"]);
    expect([...reasons]).toEqual([["res_a", reason]]);
    expect(worker.cancel("res_a", reason)).toBe(false);
    worker.cancel("res_b", reason);
  });

  test("waiting entries can be removed, running ones stay, unknown ones are no error", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.add("res_a", { priority: "interactive" });
    await queues.research.remove("res_a");
    await queues.research.remove("res_unknown");
    const gate = Promise.withResolvers<JobEnd>();
    await using worker = startNotingWorker(queues, () => gate.promise);
    await queues.research.add("res_b", { priority: "interactive" });
    await worker.until(() => worker.started.length === 1);
    await queues.research.remove("res_b");
    expect(await queues.research.counts()).toEqual({ waiting: 0, active: 1, delayed: 0 });
    expect(worker.started).toEqual(["res_b"]);
    gate.resolve("done");
  });

  test("missing names the ids without an entry, whatever state the others are in", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<JobEnd>();
    await using worker = startNotingWorker(queues, () => gate.promise, 1);
    await queues.research.add("res_active", { priority: "interactive" });
    await worker.until(() => worker.started.length === 1);
    await queues.research.add("res_waiting", { priority: "interactive" });
    await queues.research.add("res_batch", { priority: "batch" });
    await queues.research.add("res_delayed", { priority: "batch", delayMs: 60_000 });
    const many = Array.from({ length: 20 }, (_, index) => `res_${index}`);
    await queues.research.addBulk(many.map((id, index) => ({ id, priority: index % 2 ? "batch" : "interactive" })));
    const asked = ["res_active", "res_waiting", "res_gone", "res_batch", "res_delayed", ...many];
    expect(await queues.research.missing(asked)).toEqual(["res_gone"]);
    gate.resolve("done");
  });

  test("a reset drops every entry, and the list goes on working", async () => {
    await using queues = await emptyQueues(database());
    await queues.research.addBulk(["res_a", "res_b"].map((id) => ({ id, priority: "batch" })));
    await queues.research.add("res_c", { priority: "batch", delayMs: 60_000 });
    await queues.research.reset();
    expect(await queues.research.missing(["res_a", "res_b", "res_c"])).toEqual(["res_a", "res_b", "res_c"]);
    await using worker = startNotingWorker(queues, done);
    await queues.research.add("res_a", { priority: "interactive" });
    await worker.until(() => worker.removed.length === 1);
    expect(worker.started).toEqual(["res_a"]);
  });

  test("closing takes no more jobs and waits for the running one", async () => {
    await using queues = await emptyQueues(database());
    const gate = Promise.withResolvers<JobEnd>();
    const worker = startNotingWorker(queues, () => gate.promise);
    await queues.research.add("res_a", { priority: "interactive" });
    await worker.until(() => worker.started.length === 1);
    const closed = worker.close();
    await queues.research.add("res_b", { priority: "interactive" });
    gate.resolve("done");
    await closed;
    expect(worker.started).toEqual(["res_a"]);
    expect(await queues.research.missing(["res_a", "res_b"])).toEqual(["res_a"]);
    await using next = startNotingWorker(queues, done);
    await next.until(() => next.removed.length === 1);
    expect(next.started).toEqual(["res_b"]);
  });
}
