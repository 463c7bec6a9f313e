import { Job, type JobsOptions } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import type { WebhookEntry, WebhookQueue } from "./queues.ts";

export const WEBHOOKS = "webhooks";

/** Nobody reads this queue's own events, so only a few are kept. */
const MAX_EVENTS = 256;
const LIVE_STATES = ["delayed", "waiting", "active"] as const;
/** The entry makes room at its end; the record knows the outcome. */
const OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true };

/** The delivery of an entry. Its id also names the attempt, so that one's entry is never taken for the next one's. */
export function deliveryOf(entryId: string): string {
  return entryId.slice(0, entryId.indexOf("."));
}

/** Opens the queue of webhook deliveries; the BullMQ queue comes along for its owner to close. */
export async function openWebhookQueue(backend: Backend, onError: OnError) {
  const queue = backend.openQueue(WEBHOOKS, { streams: { events: { maxLen: MAX_EVENTS } } });
  queue.on("error", onError);
  await queue.waitUntilReady();

  function toJob({ id, attempts }: WebhookEntry) {
    const jobId = `${id}.${attempts}`;
    return new Job(queue, WEBHOOKS, {}, { ...OPTIONS, jobId }, jobId).toFlowEntry();
  }

  const webhooks: WebhookQueue = {
    async add(entries) {
      if (entries.length === 0) return;
      // As a flow, for the reason that the queue of research jobs gives.
      const results = await queue.getBackend().addFlow(entries.map(toJob));
      for (const [error] of results) if (error) throw error;
    },
    reset: () => queue.obliterate({ force: true }),
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...LIVE_STATES);
      return { waiting, active, delayed };
    },
  };
  return { queue, webhooks };
}
