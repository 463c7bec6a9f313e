import { setTimeout as pause } from "node:timers/promises";
import type { AnyWorker } from "../backend.ts";
import { disconnectRedis, type RedisClient } from "./connect-redis.ts";

/** How long a worker whose jobs have ended may take to tell Redis so. */
const TELL_MS = 5_000;

/**
 * Ends a worker, also while Redis is away: its commands would wait without end, and so would the process. Entries that
 * stay behind are found stalled by the next worker, and the record knows that their jobs have ended.
 */
export async function closeRedisWorker(worker: AnyWorker, client: RedisClient, idle: Promise<void>): Promise<void> {
  if (client.status === "ready") {
    const closed = worker.close();
    await Promise.race([closed, idle.then(() => pause(TELL_MS, undefined, { ref: false }))]);
    disconnectRedis(client);
    return closed;
  }
  await worker.pause(true);
  await idle;
  await worker.close(true);
  disconnectRedis(client);
}
