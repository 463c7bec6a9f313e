import { every } from "../every.ts";
import { reconcile } from "../reconcile.ts";
import type { ServeQueue } from "./queue-context.ts";

/** Keeps the to-do list in step with the record, beginning with what an earlier process left unfinished. */
export const serveMaintenance: ServeQueue = async ({ deps, timing, logger, jobs, complain }) => {
  const restore = async () => {
    const restored = await reconcile(deps, jobs.ids());
    deps.metrics.maintenance.repaired("lost_entry", restored);
    if (restored > 0) logger.info("put back on the queue", { jobs: restored });
  };
  await using stack = new AsyncDisposableStack();
  stack.use(every(timing.reconcileMs, restore, complain("reconciling failed")));
  await restore();
  return stack.move();
};
