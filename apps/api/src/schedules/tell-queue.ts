import type { Schedule } from "@pharmadb/contracts";
import type { Logger } from "@pharmadb/telemetry";
import type { RouteDeps } from "../deps.ts";

/** Has the queue wake a worker at the times of a schedule. Should that fail, the workers find it in the record. */
export async function tellQueue(
  { queues }: Pick<RouteDeps, "queues">,
  { id, cron, timezone, next_run_at }: Schedule,
  log: Logger,
): Promise<void> {
  const { maintenance } = queues;
  const told =
    next_run_at === null
      ? maintenance.forget(id)
      : maintenance.recur({ id, cron, timezone, nextAt: new Date(next_run_at) });
  await told.catch((error) => log.warn("the queue does not know yet of a schedule", { schedule_id: id, error }));
}

/** Has the queue wake nobody any more for a schedule that is gone. Should that fail, nothing is due when it does. */
export async function tellQueueOfEnd({ queues }: Pick<RouteDeps, "queues">, id: string, log: Logger): Promise<void> {
  await queues.maintenance
    .forget(id)
    .catch((error) => log.warn("the queue does not know yet that a schedule is gone", { schedule_id: id, error }));
}
