import { groupCalls } from "@pharmadb/contracts";
import { Job, type JobsOptions } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import type { NewEntry, ResearchQueue } from "./queues.ts";

export const RESEARCH = "research";

/** A batch never delays interactive work. BullMQ takes entries without a priority first, then by ascending number. */
const BATCH_PRIORITY = 10;
const MAX_GROUP = 500;
/** Nobody reads this queue's own events, so only a few are kept. */
const MAX_EVENTS = 256;
/** In the order in which an entry goes through them, so that one that moves on meanwhile is found all the same. */
const LIVE_STATES = ["delayed", "waiting", "prioritized", "active"] as const;

/** Opens the queue of research jobs; the BullMQ queue comes along for its owner to close. */
export async function openResearchQueue(backend: Backend, onError: OnError) {
  const queue = backend.openQueue(RESEARCH, { streams: { events: { maxLen: MAX_EVENTS } } });
  queue.on("error", onError);
  await queue.waitUntilReady();

  async function addBulk(entries: readonly NewEntry[]): Promise<void> {
    // As a flow of jobs that are nobody's children: on PostgreSQL the queue's own `addBulk` makes two tables for each
    // call, which takes longer than adding a dozen jobs one by one, and leaves the catalogue to be vacuumed.
    const jobs = entries.map((entry) => new Job(queue, RESEARCH, {}, jobOptions(entry), entry.id).toFlowEntry());
    const results = await queue.getBackend().addFlow(jobs);
    for (const [error] of results) if (error) throw error;
  }

  const addGrouped = groupCalls<NewEntry, void>(
    async (entries) => {
      const [first] = entries;
      if (entries.length === 1 && first) await queue.add(RESEARCH, {}, jobOptions(first));
      else await addBulk(entries);
      return entries.map(() => undefined);
    },
    { maxCalls: MAX_GROUP },
  );

  const research: ResearchQueue = {
    add: (id, options) => addGrouped({ id, ...options }),
    addBulk,
    remove: async (id) => void (await queue.remove(id)),
    async missing(ids) {
      // Without an end it would be the first two of each state.
      const live = new Set(await queue.getRanges([...LIVE_STATES], 0, -1));
      return ids.filter((id) => !live.has(id));
    },
    reset: () => queue.obliterate({ force: true }),
    async counts() {
      const counts = await queue.getJobCounts(...LIVE_STATES);
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = counts;
      return { waiting: waiting + prioritized, active, delayed };
    },
  };
  return { queue, research };
}

function jobOptions({ id, priority, delayMs }: NewEntry): JobsOptions {
  return {
    jobId: id,
    // The entry makes room at its end, so that a failed job can be added again under its id.
    removeOnComplete: true,
    removeOnFail: true,
    ...(priority === "batch" && { priority: BATCH_PRIORITY }),
    ...(delayMs !== undefined && delayMs > 0 && { delay: delayMs }),
  };
}
