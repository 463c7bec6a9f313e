import type { Queues } from "@pharmadb/queue";
import type { Dispatcher, Sql } from "@pharmadb/store";
import type { Logger, Metrics } from "@pharmadb/telemetry";
import type { Complain } from "./complaints.ts";
import { every } from "./every.ts";
import type { RunningJobs } from "./queues/running-jobs.ts";
import { reconcile } from "./reconcile.ts";
import type { Timing } from "./timing.ts";

/** Looks for lost jobs now and again and again, until it is disposed. */
export async function keepJobs(
  workerId: string,
  {
    sql,
    queues,
    dispatcher,
    jobs,
    metrics,
    logger,
    timing,
    complain,
  }: {
    sql: Sql;
    queues: Queues;
    dispatcher: Dispatcher;
    jobs: RunningJobs;
    metrics: Metrics["maintenance"];
    logger: Logger;
    timing: Timing;
    complain: Complain;
  },
): Promise<AsyncDisposable> {
  const onError = complain("reconciling failed");
  const restore = async () => {
    const repairs = await reconcile({ sql, queues }, { id: workerId, running: jobs.ids }, timing);
    for (const kind of ["lost_entry", "dead_worker", "abandoned"] as const) metrics.repaired(kind, repairs[kind]);
    if (Object.values(repairs).every((count) => count === 0)) return;
    logger.info("put back into the backlog", repairs);
    dispatcher.poke();
  };
  await restore().catch(onError);
  return every(timing.reconcileMs, restore, onError);
}
