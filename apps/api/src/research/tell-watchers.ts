import { CANCELS } from "@pharmadb/contracts";
import type { Queues } from "@pharmadb/queue";
import type { Logger } from "@pharmadb/telemetry";

/** Wakes whoever watches a job, in all processes. Should that fail, they find the change when they look again. */
export async function tellWatchers(queues: Queues, id: string, log: Logger): Promise<void> {
  try {
    await queues.wakeups.notify(id);
  } catch (error) {
    log.warn("watchers not told", { research_id: id, error });
  }
}

/** The same, and tells the worker of a running job that it is to stop; a worker looks by itself, too, somewhat later. */
export async function tellOfCancel(queues: Queues, id: string, log: Logger): Promise<void> {
  await Promise.all([tellWatchers(queues, CANCELS, log), tellWatchers(queues, id, log)]);
}
