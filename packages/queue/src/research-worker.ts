import type { Job } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import { type Entry, parseEntryName } from "./entry-name.ts";
import type { ResearchWorker, ResearchWorkerOptions } from "./queues.ts";
import { RESEARCH } from "./research-queue.ts";

/**
 * What becomes of a job whose worker died is decided by the record. The entry, once its lock has run out, is only cleared
 * away: it comes off the list again and names a dispatch that is over.
 */
const LOCK_MS = 60_000;
/** So is a job that takes its process down again and again; this is BullMQ's largest number. */
const NO_STALLED_LIMIT = 2 ** 31 - 1;

/** Starts taking jobs off the list. */
export function startResearchWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, lockMs = LOCK_MS, process, giveBack }: ResearchWorkerOptions,
): ResearchWorker {
  const runs = new Set<{ id: string; controller: AbortController }>();
  let closing = false;
  let onIdle: () => void = () => undefined;

  async function run(entry: Entry): Promise<void> {
    const current = { id: entry.id, controller: new AbortController() };
    runs.add(current);
    try {
      await process(entry, current.controller.signal);
    } finally {
      runs.delete(current);
      if (runs.size === 0) onIdle();
    }
  }

  async function take(job: Job): Promise<void> {
    const entry = parseEntryName(job.id ?? "");
    if (!entry) return;
    // A close that interrupts BullMQ's wait for jobs makes it look for one a last time.
    await (closing ? giveBack(entry) : run(entry));
  }

  const worker = backend.startWorker(RESEARCH, take, {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: NO_STALLED_LIMIT,
  });
  worker.on("error", onError);
  worker.on("failed", (_job, error) => onError(error));

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
