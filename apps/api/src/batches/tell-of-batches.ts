import { BATCHES } from "@pharmadb/batches";
import type { Queues } from "@pharmadb/queue";
import type { Logger } from "@pharmadb/telemetry";

/** Tells those who tend batches, and those who watch these, of a change. Should that fail, they find it by themselves. */
export async function tellOfBatches(queues: Queues, ids: readonly string[], log: Logger): Promise<void> {
  try {
    await Promise.all([BATCHES, ...ids].map((id) => queues.wakeups.notify(id)));
  } catch (error) {
    log.warn("batch not told of", { error });
  }
}
