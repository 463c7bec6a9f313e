import { Job, type JobsOptions } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import { entryName } from "./entry-name.ts";
import type { NewEntry, ResearchQueue } from "./queues.ts";

export const RESEARCH = "research";

/** A batch never delays interactive work. BullMQ takes entries without a priority first, then by ascending number. */
const BATCH_PRIORITY = 10;
/** Nobody reads this queue's own events, so only a few are kept. */
const MAX_EVENTS = 256;
/** In the order in which an entry goes through them, so that one that moves on meanwhile is found all the same. */
const LIVE_STATES = ["waiting", "prioritized", "active"] as const;

/** Opens the queue of research jobs; the BullMQ queue comes along for its owner to close. */
export async function openResearchQueue(backend: Backend, onError: OnError) {
  const queue = backend.openQueue(RESEARCH, { streams: { events: { maxLen: MAX_EVENTS } } });
  queue.on("error", onError);
  await queue.waitUntilReady();

  const research: ResearchQueue = {
    async addBulk(entries) {
      const [first] = entries;
      if (!first) return;
      if (entries.length === 1) return void (await queue.add(RESEARCH, {}, jobOptions(first)));
      // Each that goes ahead goes ahead of the one before.
      const ordered = [
        ...entries.filter((entry) => !entry.first),
        ...entries.filter((entry) => entry.first).toReversed(),
      ];
      // As a flow of jobs that are nobody's children: on PostgreSQL the queue's own `addBulk` makes two tables for each
      // call, which takes longer than adding a dozen jobs one by one, and leaves the catalogue to be vacuumed.
      const jobs = ordered.map((entry) =>
        new Job(queue, RESEARCH, {}, jobOptions(entry), entryName(entry)).toFlowEntry(),
      );
      const results = await queue.getBackend().addFlow(jobs);
      for (const [error] of results) if (error) throw error;
    },
    async missing(entries) {
      if (entries.length === 0) return [];
      // Without an end it would be the first two of each state.
      const live = new Set(await queue.getRanges([...LIVE_STATES], 0, -1));
      return entries.filter((entry) => !live.has(entryName(entry)));
    },
    reset: () => queue.obliterate({ force: true }),
    async counts() {
      const { waiting = 0, prioritized = 0, active = 0 } = await queue.getJobCounts(...LIVE_STATES);
      return { waiting: waiting + prioritized, active };
    },
  };
  return { queue, research };
}

function jobOptions(entry: NewEntry): JobsOptions {
  return {
    jobId: entryName(entry),
    removeOnComplete: true,
    removeOnFail: true,
    ...(entry.priority === "batch" && { priority: BATCH_PRIORITY }),
    ...(entry.first === true && { lifo: true }),
  };
}
