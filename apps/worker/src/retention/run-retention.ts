import { setTimeout as delay } from "node:timers/promises";
import type { FileStorage, Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { Timing } from "../timing.ts";
import { clearAway } from "./clear-away.ts";

/**
 * Clears away what has expired, once; until `stopping`. In one process one such pass runs at a time. Where another one
 * still runs elsewhere, each passes over the rows that the other has in hand.
 */
export function createRetention({
  sql,
  files,
  logger,
  timing,
  retentionDays,
  now,
  stopping,
}: {
  sql: Sql;
  files: Pick<FileStorage, "remove">;
  logger: Logger;
  timing: Pick<Timing, "retentionRestMs">;
  retentionDays: number | null;
  now(): Date;
  stopping: AbortSignal;
}): () => Promise<void> {
  const rest = () => delay(timing.retentionRestMs, undefined, { signal: stopping });
  let running = false;
  return async () => {
    if (running) return;
    running = true;
    try {
      const cleared = await clearAway({ sql, files, log: logger, retentionDays, now: now(), rest });
      if (Object.values(cleared).some((count) => count > 0)) logger.info("cleared away", cleared);
    } catch (error) {
      // What is left is cleared away the next time.
      if (!stopping.aborted) throw error;
    } finally {
      running = false;
    }
  };
}
