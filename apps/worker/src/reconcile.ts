import type { Queues } from "@pharmadb/queue";
import { listLongQueued, releaseAbandoned, releaseOfDead, releaseQueued, type Sql } from "@pharmadb/store";
import type { Timing } from "./timing.ts";

/** How many jobs were put right, by what was wrong. */
type Repairs = Record<"lost_entry" | "dead_worker" | "abandoned", number>;

/**
 * Puts back into the backlog what is lost: jobs whose queue entries are gone, those of dead workers, and those that
 * this worker has in the record and does not run. The record is what counts: losing the whole queue loses no job. Only
 * what is dispatched is looked at, so it does not matter how long the backlog is.
 */
export async function reconcile(
  { sql, queues }: { sql: Sql; queues: Pick<Queues, "research"> },
  worker: { id: string; running(): readonly string[] },
  { leaseMs, lostAfterMs }: Pick<Timing, "leaseMs" | "lostAfterMs">,
): Promise<Repairs> {
  const abandoned = await releaseAbandoned(sql, { workerId: worker.id, running: worker.running });
  const dead = await releaseOfDead(sql, { judge: worker.id, leaseMs });
  const missing = await queues.research.missing(await listLongQueued(sql, { forMs: lostAfterMs }));
  const lost = missing.length === 0 ? 0 : await releaseQueued(sql, missing);
  return { abandoned, dead_worker: dead, lost_entry: lost };
}
