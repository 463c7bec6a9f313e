import type { Job, WorkerOptions } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import { countWork } from "./work-in-hand.ts";

/** How long an entry is held for a process that has gone. What it was about is found again through the record. */
const LOCK_MS = 60_000;
/** As for research: BullMQ's own limit on stalled entries is none of ours. */
const NO_STALLED_LIMIT = 2 ** 31 - 1;

/**
 * Starts a worker of a queue whose entries only wake: one that comes while closing is dropped, since the record knows what
 * is due. Closing waits for what runs.
 */
export function startWakingWorker(
  backend: Backend,
  onError: OnError,
  queue: string,
  { process, ...options }: Pick<WorkerOptions, "concurrency" | "settings"> & { process(job: Job): Promise<void> },
): { close(): Promise<void> } {
  const inHand = countWork();
  let closing = false;
  const worker = backend.startWorker(
    queue,
    (job) =>
      inHand.run(async () => {
        if (!closing) await process(job);
      }),
    { ...options, lockDuration: LOCK_MS, maxStalledCount: NO_STALLED_LIMIT },
  );
  worker.on("error", onError);
  worker.on("failed", (_job, error) => onError(error));
  return {
    close() {
      closing = true;
      return backend.closeWorker(worker, inHand.idle());
    },
  };
}
