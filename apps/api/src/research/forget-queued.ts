import type { Queues } from "@pharmadb/queue";
import type { Logger } from "@pharmadb/telemetry";

/** Takes a job off the to-do list. Should that fail, the worker finds out from the record that there is nothing to do. */
export async function forgetQueued(queues: Queues, id: string, log: Logger): Promise<void> {
  try {
    await queues.research.remove(id);
  } catch (error) {
    log.warn("queue entry not removed", { research_id: id, error });
  }
}
