import type { RecurringTask } from "@pharmadb/queue";
import { forgetDeadWorkers, listRecurrences } from "@pharmadb/store";
import { tendAudit } from "../audit/tend-audit.ts";
import { every } from "../every.ts";
import { createRetention } from "../retention/run-retention.ts";
import { createScheduleRunner } from "../schedules/create-schedule-runner.ts";
import type { ServeQueue } from "./queue-context.ts";

const HOUR_MS = 60 * 60 * 1000;
const AT_ONCE = 10;
const RETENTION = "retention";

/** Does what recurs when the queue says that it is due, and seals the audit trail. */
export const serveMaintenance: ServeQueue = async ({ config, deps, dispatcher, timing, logger, complain }) => {
  const { sql, files, queues, metrics, now = () => new Date() } = deps;
  const stopping = new AbortController();
  const clearAway = createRetention({ ...config, sql, files, logger, timing, now, stopping: stopping.signal });
  const schedules = createScheduleRunner({ sql, dispatcher, logger, metrics: metrics.maintenance, now, config });

  async function process(id: string): Promise<void> {
    if (id === RETENTION) return clearAway().catch(complain("clearing away failed"));
    return schedules.run(id).catch(complain("a schedule could not be run"));
  }

  const recurring = async (): Promise<RecurringTask[]> => [
    { id: RETENTION, everyMs: timing.retentionMs },
    ...(await listRecurrences(sql)),
  ];
  const keep = () => queues.maintenance.keep(recurring);
  const keepFailed = complain("the queue does not know yet what recurs");
  const lookFailed = complain("looking for overdue schedules failed");

  const stack = new AsyncDisposableStack();
  stack.use(every(HOUR_MS, () => forgetDeadWorkers(sql), complain("dead workers were not forgotten")));
  stack.use(tendAudit({ sql, logger, timing, complain }));
  const worker = queues.startMaintenanceWorker({ concurrency: AT_ONCE, process });
  stack.defer(() => worker.close());
  stack.use(every(timing.scheduleSweepMs, schedules.runOverdue, lookFailed));
  stack.use(every(timing.maintenanceKeepMs, keep, keepFailed));
  stack.defer(() => stopping.abort());
  await Promise.all([keep().catch(keepFailed), schedules.runOverdue().catch(lookFailed)]);
  return stack;
};
