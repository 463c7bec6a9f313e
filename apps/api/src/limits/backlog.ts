import { AppError } from "@pharmadb/contracts";
import { countWaiting, type Sql } from "@pharmadb/store";

export type Backlog = {
  /**
   * Lets a tenant have one more job that waits.
   *
   * @throws AppError `rate_limited` where it has as many as it may.
   */
  enter(tenantId: string): Promise<void>;
};

/** How long a count is good for, with what this process has let in since. */
const FRESH_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

type Count = { waiting: Promise<number>; entered: number; until: number };

/**
 * Holds back tenants with too many jobs that wait. The jobs of batches are apart: a batch gives the queue its jobs a few
 * at a time. A tenant's jobs are counted once a second at most, however many it submits, and no further than the limit;
 * so several processes together may let in a few too many.
 */
export function createBacklog(sql: Sql, { maxQueuedPerTenant: limit }: { maxQueuedPerTenant: number }): Backlog {
  const counts = new Map<string, Count>();

  function countOf(tenantId: string, nowMs: number): Count {
    const known = counts.get(tenantId);
    if (known && known.until > nowMs) return known;
    for (const [tenant, { until }] of counts) if (until <= nowMs) counts.delete(tenant);
    const count = { waiting: countWaiting(sql, tenantId, limit), entered: 0, until: nowMs + FRESH_MS };
    counts.set(tenantId, count);
    count.waiting.catch(() => void (counts.get(tenantId) === count && counts.delete(tenantId)));
    return count;
  }

  return {
    async enter(tenantId) {
      const count = countOf(tenantId, Date.now());
      const waiting = await count.waiting;
      if (waiting + count.entered >= limit) {
        throw new AppError(
          "rate_limited",
          `There are ${limit} jobs waiting, which is as many as a tenant may have (MAX_QUEUED_PER_TENANT). Submit again when some have begun.`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS },
        );
      }
      count.entered++;
    },
  };
}
