import type { RedisTarget } from "@pharmadb/contracts";
import type { PgPool } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import { openMaintenanceQueue } from "./maintenance-queue.ts";
import { startMaintenanceWorker } from "./maintenance-worker.ts";
import { openPostgresBackend } from "./postgres/open-postgres-backend.ts";
import type { Queues } from "./queues.ts";
import { openRedisBackend } from "./redis/open-redis-backend.ts";
import type { RedisLog } from "./redis/redis-log.ts";
import { openResearchQueue } from "./research-queue.ts";
import { startResearchWorker } from "./research-worker.ts";
import { openWebhookQueue } from "./webhook-queue.ts";
import { startWebhookWorker } from "./webhook-worker.ts";

/** A `pg.Pool`, or what has its surface. Queues keep one of its clients for wake-ups, and one for each worker. */
export type QueueDatabase = PgPool;

/** Where the queues are to live, and what is to be heard of them. */
export type QueuesOptions =
  | { database: QueueDatabase; onError?: OnError }
  | {
      redis: RedisTarget;
      /** Where Redis does not answer at the start: refuse to open, or open and wait for it. */
      absent: "refuse" | "wait";
      log?: RedisLog;
      onError?: OnError;
    };

/** Opens the queues. The one place that knows where they live. */
export async function openQueues(options: QueuesOptions): Promise<Queues> {
  const { onError = () => undefined } = options;
  await using stack = new AsyncDisposableStack();
  const backend = stack.adopt(await openBackend(options, onError), (opened) => opened.close());
  const { queue, research } = await openResearchQueue(backend, backend.onError);
  stack.defer(() => queue.close());
  const { queue: webhookQueue, webhooks } = await openWebhookQueue(backend, backend.onError);
  stack.defer(() => webhookQueue.close());
  const { queue: maintenanceQueue, maintenance } = await openMaintenanceQueue(backend, backend.onError);
  stack.defer(() => maintenanceQueue.close());
  const wakeups = stack.adopt(await backend.openWakeups(), (opened) => opened.close());
  const opened = stack.move();
  return {
    research,
    startResearchWorker: (worker) => startResearchWorker(backend, backend.onError, worker),
    webhooks,
    startWebhookWorker: (worker) => startWebhookWorker(backend, backend.onError, worker),
    maintenance,
    startMaintenanceWorker: (worker) => startMaintenanceWorker(backend, backend.onError, worker),
    wakeups,
    ping: async () => void (await queue.getBackend().getQueueMetaField("version")),
    close: () => opened.disposeAsync(),
  };
}

function openBackend(options: QueuesOptions, onError: OnError): Promise<Backend> {
  if ("database" in options) return openPostgresBackend(options.database, onError);
  return openRedisBackend(options, onError);
}
