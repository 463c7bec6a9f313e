import type { Backend, OnError } from "./backend.ts";
import { MAINTENANCE, repeatStrategy } from "./maintenance-queue.ts";
import type { MaintenanceWorkerOptions } from "./queues.ts";
import { startWakingWorker } from "./start-waking-worker.ts";

/** Starts doing what recurs. As it takes a task off the list, BullMQ puts its next time on. */
export function startMaintenanceWorker(
  backend: Backend,
  onError: OnError,
  { concurrency, process }: MaintenanceWorkerOptions,
): { close(): Promise<void> } {
  return startWakingWorker(backend, onError, MAINTENANCE, {
    concurrency,
    settings: { repeatStrategy },
    process: ({ name }) => process(name),
  });
}
