import { setTimeout as pause } from "node:timers/promises";
import { isEndedBatch } from "@pharmadb/contracts";
import { type BatchRecord, getBatch } from "@pharmadb/store";
import type { RouteDeps } from "../deps.ts";
import type { EventStream } from "../http/event-stream.ts";
import { watchResearch } from "../research/watch-research.ts";
import { toBatch } from "./to-batch.ts";

/** Counts may change with each job; readers are told twice a second at the most. */
const MIN_PAUSE_MS = 500;

/** The type of the event that tells of a batch in this state. */
function batchEventType({ status }: Pick<BatchRecord, "status">): string {
  return isEndedBatch(status) ? `batch.${status}` : "batch.progress";
}

/** Sends the batch as it is whenever it has changed, until it has ended, the reader goes or the service stops. */
export async function followBatch(
  deps: RouteDeps,
  { tenantId, id, after }: { tenantId: string; id: string; after: number },
  stream: EventStream,
  signal: AbortSignal,
): Promise<void> {
  const stop = AbortSignal.any([signal, deps.stopping]);
  using watch = watchResearch(deps.queues.wakeups, id, [stop]);
  let seen = after;
  for (;;) {
    const batch = await getBatch(deps.sql, tenantId, id);
    // A deleted batch gives no more events, not even one that says so.
    if (!batch || signal.aborted) return;
    const isNew = batch.version > seen;
    if (isNew) {
      const event = { id: batch.version, event: batchEventType(batch), data: JSON.stringify(toBatch(batch)) };
      await stream.send(event);
      seen = batch.version;
    }
    if (isEndedBatch(batch.status)) return;
    if (deps.stopping.aborted) return stream.sayComeAgain();
    await stream.keepAlive();
    // Its end is the reason for a pause to be cut short, not its failure.
    if (isNew) await pause(MIN_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    await watch.next(Math.min(deps.timing.recheckMs, deps.timing.heartbeatMs));
  }
}
