export type { Entry } from "./entry-name.ts";
export { type ModelShareOptions, openModelShare, type Share, type TakeShare } from "./model-share/open-model-share.ts";
export { openQueues, type QueueDatabase, type QueuesOptions } from "./open-queues.ts";
export type {
  MaintenanceQueue,
  MaintenanceWorkerOptions,
  NewEntry,
  Priority,
  Queues,
  RecurringTask,
  ResearchQueue,
  ResearchWorker,
  ResearchWorkerOptions,
  Wakeups,
  WebhookEntry,
  WebhookQueue,
  WebhookWorkerOptions,
} from "./queues.ts";
export type { RedisClient, RedisRole } from "./redis/connect-redis.ts";
export { openRedis } from "./redis/open-redis.ts";
export type { RedisLog } from "./redis/redis-log.ts";
