import { claimDelivery, listDueDeliveries, receiverOf } from "@pharmadb/store";
import { every } from "../every.ts";
import { attemptDelivery } from "../webhooks/attempt-delivery.ts";
import { createReceiverGate } from "../webhooks/receiver-gate.ts";
import type { ServeQueue } from "./queue-context.ts";

const AT_ONCE = 50;
const PER_RECEIVER = 5;
/** Failures in a row after which a receiver is left alone for a while. */
const THRESHOLD = 5;
const MAX_OPEN_MS = 600_000;
/** Attempts that follow each other at one place, before other receivers get their turn. */
const IN_A_ROW = 20;
/** Entries that one look for what is due may add. */
const MAX_DUE = 500;

/** Sends webhooks. The record says what is due; an entry of the queue says that it is worth a look now. */
export const serveWebhooks: ServeQueue = async ({ config, deps, timing, logger, complain }) => {
  const { sql, queues, egress } = deps;
  const gate = createReceiverGate({
    perReceiver: PER_RECEIVER,
    threshold: THRESHOLD,
    openMs: timing.webhookOpenMs,
    maxOpenMs: MAX_OPEN_MS,
  });
  const attempting = { sql, egress, logger, schedule: config.webhookRetryMs };
  let stopping = false;

  /** Attempts a delivery and, from the same place, what has been due the longest for its receiver. */
  async function process(deliveryId: string): Promise<void> {
    const receiver = await receiverOf(sql, deliveryId);
    if (receiver === null) return;
    // Without a place the entry goes, so that it holds up nobody; the delivery is due until somebody has one.
    using place = gate.enter(receiver);
    if (!place) return;
    let delivery = await claimDelivery(sql, { id: deliveryId }, timing.webhookLeaseMs);
    for (let count = 1; delivery !== null; count++) {
      place.report((await attemptDelivery(delivery, attempting)).isDown);
      if (stopping || !place.mayGoOn()) return;
      if (count === IN_A_ROW) return queueDue();
      delivery = await claimDelivery(sql, { receiver }, timing.webhookLeaseMs);
    }
  }

  async function queueDue(): Promise<void> {
    const limits = { except: gate.blocked(), perReceiver: PER_RECEIVER, limit: MAX_DUE };
    await queues.webhooks.add(await listDueDeliveries(sql, limits));
  }

  const stack = new AsyncDisposableStack();
  const worker = queues.startWebhookWorker({ concurrency: AT_ONCE, process });
  stack.defer(() => worker.close());
  stack.use(every(timing.webhookPollMs, queueDue, complain("looking for due webhooks failed")));
  stack.defer(() => {
    stopping = true;
  });
  void queueDue().catch(complain("looking for due webhooks failed"));
  return stack;
};
