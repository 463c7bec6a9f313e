import type { WorkerQueue } from "@pharmadb/config";
import type { ServeQueue } from "./queue-context.ts";
import { serveBatches } from "./serve-batches.ts";
import { serveMaintenance } from "./serve-maintenance.ts";
import { serveResearch } from "./serve-research.ts";
import { serveWebhooks } from "./serve-webhooks.ts";

/** How each queue that `WORKER_QUEUES` can name is served; started in this order, ended in the reverse one. */
export const SERVED_QUEUES: Readonly<Record<WorkerQueue, ServeQueue>> = {
  research: serveResearch,
  batches: serveBatches,
  webhooks: serveWebhooks,
  maintenance: serveMaintenance,
};
