import type { RecurringTask } from "@pharmadb/queue";
import { forgetDeadWorkers } from "@pharmadb/store";
import { tendAudit } from "../audit/tend-audit.ts";
import { every } from "../every.ts";
import { createRetention } from "../retention/run-retention.ts";
import type { ServeQueue } from "./queue-context.ts";

const HOUR_MS = 60 * 60 * 1000;
const AT_ONCE = 10;
const RETENTION = "retention";

/** Does what recurs when the queue says that it is due, and seals the audit trail. */
export const serveMaintenance: ServeQueue = async ({ config, deps, timing, logger, complain }) => {
  const { sql, files, queues, now = () => new Date() } = deps;
  const stopping = new AbortController();
  const stack = new AsyncDisposableStack();
  stack.use(every(HOUR_MS, () => forgetDeadWorkers(sql), complain("dead workers were not forgotten")));
  stack.use(tendAudit({ sql, logger, timing, complain }));
  const clearAway = createRetention({ ...config, sql, files, logger, timing, now, stopping: stopping.signal });
  const worker = queues.startMaintenanceWorker({
    concurrency: AT_ONCE,
    async process(id) {
      if (id === RETENTION) await clearAway().catch(complain("clearing away failed"));
    },
  });
  stack.defer(() => worker.close());
  stack.defer(() => stopping.abort());
  const recurring = async (): Promise<RecurringTask[]> => [{ id: RETENTION, everyMs: timing.retentionMs }];
  const onError = complain("the queue does not know yet what recurs");
  const keep = () => queues.maintenance.keep(recurring);
  stack.use(every(timing.maintenanceKeepMs, keep, onError));
  await keep().catch(onError);
  return stack;
};
