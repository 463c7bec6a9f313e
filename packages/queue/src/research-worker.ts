import { DelayedError, type Job } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import type { ResearchWorker, ResearchWorkerOptions } from "./queues.ts";
import { RESEARCH } from "./research-queue.ts";

/** A worker that dies is noticed when its lock has run out and two checks have passed: after half a minute. */
const LOCK_MS = 20_000;
const STALLED_CHECK_MS = 10_000;
/** The record decides when a job has taken its process down too often, not BullMQ; this is its largest number. */
const NO_STALLED_LIMIT = 2 ** 31 - 1;

/** Starts taking jobs off the list. */
export function startResearchWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, process, onRemoved }: ResearchWorkerOptions,
): ResearchWorker {
  const runs = new Set<{ id: string; controller: AbortController }>();
  let closing = false;
  let onIdle: () => void = () => undefined;

  async function run(job: Job): Promise<void> {
    const id = job.id ?? "";
    const current = { id, controller: new AbortController() };
    runs.add(current);
    try {
      // A close that interrupts BullMQ's wait for jobs makes it look for one a last time; that one goes back.
      const end = closing ? { againInMs: 0 } : await process(id, current.controller.signal);
      if (end === "done") return;
      await job.moveToDelayed(Date.now() + end.againInMs, job.token);
    } finally {
      runs.delete(current);
      if (runs.size === 0) onIdle();
    }
    // Tells BullMQ that the entry has been moved.
    throw new DelayedError();
  }

  const worker = backend.startWorker(RESEARCH, run, {
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: NO_STALLED_LIMIT,
  });
  worker.on("error", onError);
  worker.on("completed", (job) => onRemoved?.(job.id ?? ""));
  worker.on("failed", (job, error) => {
    onError(error);
    if (job?.id !== undefined) onRemoved?.(job.id);
  });

  return {
    running: () => [...new Set([...runs].map(({ id }) => id))],
    cancel(id, reason) {
      const mine = [...runs].filter((each) => each.id === id);
      for (const { controller } of mine) controller.abort(reason);
      return mine.length > 0;
    },
    close() {
      closing = true;
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
        if (runs.size === 0) resolve();
      });
      return backend.closeWorker(worker, idle);
    },
  };
}
