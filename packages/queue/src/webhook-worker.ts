import type { Backend, OnError } from "./backend.ts";
import type { WebhookWorkerOptions } from "./queues.ts";
import { deliveryOf, WEBHOOKS } from "./webhook-queue.ts";
import { countWork } from "./work-in-hand.ts";

/** What a dead process held is found again through the record, sooner than through this. */
const LOCK_MS = 60_000;
/** As for research: BullMQ's own limit on stalled entries is none of ours. */
const NO_STALLED_LIMIT = 2 ** 31 - 1;

/** Starts taking deliveries off the list. */
export function startWebhookWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, process }: WebhookWorkerOptions,
): { close(): Promise<void> } {
  const inHand = countWork();
  let closing = false;

  const worker = backend.startWorker(
    WEBHOOKS,
    (job) =>
      inHand.run(async () => {
        // An entry that comes while closing is dropped: the record still has the delivery, and it is due.
        if (!closing) await process(deliveryOf(job.id ?? ""));
      }),
    { concurrency, lockDuration: LOCK_MS, maxStalledCount: NO_STALLED_LIMIT },
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
