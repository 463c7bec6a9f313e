import type { Backend, OnError } from "./backend.ts";
import type { WebhookWorkerOptions } from "./queues.ts";
import { startWakingWorker } from "./start-waking-worker.ts";
import { deliveryOf, WEBHOOKS } from "./webhook-queue.ts";

/** Starts taking deliveries off the list. */
export function startWebhookWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, process }: WebhookWorkerOptions,
): { close(): Promise<void> } {
  return startWakingWorker(backend, onError, WEBHOOKS, {
    concurrency,
    process: ({ id }) => process(deliveryOf(id ?? "")),
  });
}
