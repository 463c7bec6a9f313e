import type { RedisClient } from "@pharmadb/queue";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RLWrapperTimeouts,
} from "rate-limiter-flexible";

/**
 * Counts one more call of whoever it is, or so many more, and says how many there were in the minute that runs and when it
 * ends. To count none is to look.
 */
export type RateCounter = (who: string, calls?: number) => Promise<{ count: number; resetMs: number }>;

export const WINDOW_SECONDS = 60;

const PREFIX = "pharmadb:rate";
/** A limit is for the caller to judge: it differs from key to key. */
const COUNT_ONLY = { keyPrefix: PREFIX, points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS };
/** A request does not wait longer than this to be counted in common. */
const REDIS_MS = 250;

/** Counts in Redis for all processes; for this one alone without a Redis, and while it is away. */
export function createRateCounter(redis: RedisClient | null): RateCounter {
  const limiter = redis ? sharedLimiter(redis) : new RateLimiterMemory(COUNT_ONLY);
  return async (who, calls = 1) => {
    const { consumedPoints, msBeforeNext } = await limiter.consume(who, calls);
    return { count: consumedPoints, resetMs: msBeforeNext };
  };
}

function sharedLimiter(redis: RedisClient): RateLimiterAbstract {
  const limiter = new RateLimiterRedis({ ...COUNT_ONLY, storeClient: redis, rejectIfRedisNotReady: true });
  return new RLWrapperTimeouts({ limiter, timeoutMs: REDIS_MS, insuranceLimiter: new RateLimiterMemory(COUNT_ONLY) });
}
