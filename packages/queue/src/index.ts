export { openQueues, type QueueDatabase } from "./open-queues.ts";
export type {
  JobEnd,
  NewEntry,
  Priority,
  Queues,
  ResearchQueue,
  ResearchWorker,
  ResearchWorkerOptions,
  Wakeups,
} from "./queues.ts";
