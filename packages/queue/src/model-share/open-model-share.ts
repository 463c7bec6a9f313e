import { setTimeout as sleep } from "node:timers/promises";
import type { Priority } from "../queues.ts";
import type { RedisClient } from "../redis/connect-redis.ts";
import { createMemoryLedger } from "./memory-ledger.ts";
import { createRedisLedger } from "./redis-ledger.ts";
import { type ModelLimits, type Place, type ShareLedger, SLICES } from "./share-ledger.ts";

/** A call that has been let go. */
export type Share = {
  /** Says how many tokens it came to; what it does not need is there for others at once. */
  settle(tokens: number): void;
};

/** What a call may come to, and whether it may hold up others. */
type Ask = { tokens: number; priority: Priority };

/**
 * Waits until a call can go without breaking a limit, in the order of asking; rejects with the signal's reason, and then
 * uses nothing. Calls of batches wait in a row of their own first, of which one at a time asks.
 */
export type TakeShare = (ask: Ask, signal: AbortSignal) => Promise<Share>;

export type ModelShareOptions = ModelLimits & {
  /** The calls of each model are counted by themselves, as their service does. */
  model: string;
  /** Null: this process counts for itself. */
  redis: RedisClient | null;
  /** The minute; less for tests. */
  minuteMs?: number;
};

const MINUTE_MS = 60_000;

/**
 * The share that calls of a model have of its service's minute: over all processes with a Redis, else over this one
 * alone, which is what each falls back to while Redis is away.
 */
export function openModelShare({ model, redis, minuteMs = MINUTE_MS, ...limits }: ModelShareOptions): TakeShare {
  const sliceMs = minuteMs / SLICES;
  const own = createMemoryLedger(limits, { sliceMs });
  const common = redis && createRedisLedger(redis, limits, { sliceMs, model });

  async function reserve(tokens: number): Promise<{ ledger: ShareLedger; place: Place | null }> {
    if (common) {
      try {
        return { ledger: common, place: await common.reserve(tokens) };
      } catch {
        // Told of by the connection's own watch. The call is not failed for it; its service may refuse it, which is tried
        // again.
      }
    }
    return { ledger: own, place: await own.reserve(tokens) };
  }

  async function take(wanted: number, signal: AbortSignal): Promise<Share> {
    const tokens = Math.min(wanted, limits.tokensPerMinute ?? wanted);
    for (;;) {
      signal.throwIfAborted();
      const { ledger, place } = await reserve(tokens);
      // More wait than there is room for soon. Not all at the same time again.
      if (place === null) {
        await waited(minuteMs * (0.5 + Math.random()), signal);
        continue;
      }
      const correct = (change: { requests: number; tokens: number }) =>
        // Uncorrected it counts as more than it was.
        void ledger.correct(place.slice, change).catch(() => undefined);
      try {
        await waited(place.waitMs, signal);
      } catch (reason) {
        correct({ requests: -1, tokens: -tokens });
        throw reason;
      }
      return { settle: (used) => correct({ requests: 0, tokens: Math.ceil(used) - tokens }) };
    }
  }

  const inRow = createRow();
  return ({ tokens, priority }, signal) =>
    priority === "batch" ? inRow(() => take(tokens, signal), signal) : take(tokens, signal);
}

/** Does one thing after the other, in their order; who gives up while it waits is left out. */
function createRow() {
  let last: Promise<void> = Promise.resolve();
  return async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    const before = last;
    const done = Promise.withResolvers<void>();
    last = before.then(() => done.promise);
    const gone = Promise.withResolvers<never>();
    const give = () => gone.reject(signal.reason);
    signal.addEventListener("abort", give, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([before, gone.promise]);
      return await work();
    } finally {
      signal.removeEventListener("abort", give);
      done.resolve();
    }
  };
}

async function waited(ms: number, signal: AbortSignal): Promise<void> {
  // Timers may be a moment early.
  if (ms > 0) await sleep(ms + 1, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
