import type { Backend, OnError } from "./backend.ts";
import { MAINTENANCE, repeatStrategy } from "./maintenance-queue.ts";
import type { MaintenanceWorkerOptions } from "./queues.ts";
import { countWork } from "./work-in-hand.ts";

/** How long a task is held for a process that has gone; then it is another's. */
const LOCK_MS = 60_000;
/** As for research: BullMQ's own limit on stalled entries is none of ours. */
const NO_STALLED_LIMIT = 2 ** 31 - 1;

/** Starts doing what recurs. As it takes a task off the list, BullMQ puts its next time on. */
export function startMaintenanceWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, process }: MaintenanceWorkerOptions,
): { close(): Promise<void> } {
  const inHand = countWork();
  let closing = false;

  const worker = backend.startWorker(
    MAINTENANCE,
    ({ name }) =>
      inHand.run(async () => {
        // One that comes while closing is dropped: its next time is on the list, and the record knows what is overdue.
        if (!closing) await process(name);
      }),
    { concurrency, lockDuration: LOCK_MS, maxStalledCount: NO_STALLED_LIMIT, settings: { repeatStrategy } },
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
