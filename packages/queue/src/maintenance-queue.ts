import { mapWithLimit, nextTick } from "@pharmadb/contracts";
import type { JobsOptions, RepeatStrategy } from "bullmq";
import type { Backend, OnError } from "./backend.ts";
import type { MaintenanceQueue, RecurringTask } from "./queues.ts";

export const MAINTENANCE = "maintenance";

/** Nobody reads this queue's own events, so only a few are kept. */
const MAX_EVENTS = 256;
const LIVE_STATES = ["delayed", "waiting", "active"] as const;
const OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true };
/** A next time that is so long past has lost its entry: workers take one within seconds, or all of them are away. */
const LOST_AFTER_MS = 60_000;
const AT_ONCE = 10;

/** Times as the record has them: BullMQ's own leave out days on which clocks change at that hour. */
export const repeatStrategy: RepeatStrategy = (afterMs, { pattern, tz }) =>
  pattern === undefined ? undefined : nextTick({ cron: pattern, timezone: tz ?? "UTC" }, new Date(afterMs)).getTime();

/** Opens the queue of maintenance; the BullMQ queue comes along for its owner to close. */
export async function openMaintenanceQueue(backend: Backend, onError: OnError) {
  const queue = backend.openQueue(MAINTENANCE, {
    streams: { events: { maxLen: MAX_EVENTS } },
    settings: { repeatStrategy },
  });
  queue.on("error", onError);
  await queue.waitUntilReady();

  async function recur(task: RecurringTask): Promise<void> {
    const repeat = "everyMs" in task ? { every: task.everyMs } : { pattern: task.cron, tz: task.timezone };
    await queue.upsertJobScheduler(task.id, repeat, { name: task.id, opts: OPTIONS });
  }

  async function forget(id: string): Promise<void> {
    await queue.removeJobScheduler(id);
  }

  /** Not the queue's own list, which asks for each scheduler by itself. */
  async function nextTimes(): Promise<Map<string, number>> {
    const flat = await queue.getBackend().getJobSchedulersRange(0, -1, true);
    return new Map(Array.from({ length: flat.length / 2 }, (_, n) => [`${flat[2 * n]}`, Number(flat[2 * n + 1])]));
  }

  /** Whether the queue has the task at these times, and is going to have it. */
  async function isKept(task: RecurringTask, nextMs: number | undefined): Promise<boolean> {
    const nowMs = Date.now();
    if (nextMs === undefined || nextMs < nowMs - LOST_AFTER_MS) return false;
    if ("everyMs" in task) return (await queue.getJobScheduler(task.id))?.every === task.everyMs;
    // What is overdue has another next time as soon as it has run.
    return nextMs === task.nextAt.getTime() || task.nextAt.getTime() <= nowMs;
  }

  const maintenance: MaintenanceQueue = {
    recur,
    forget,
    async keep(read) {
      const kept = await nextTimes();
      const tasks = await read();
      const wanted = new Set(tasks.map(({ id }) => id));
      await mapWithLimit(tasks, AT_ONCE, async (task) => {
        if (!(await isKept(task, kept.get(task.id)))) await recur(task);
      });
      await mapWithLimit(
        [...kept.keys()].filter((id) => !wanted.has(id)),
        AT_ONCE,
        forget,
      );
    },
    reset: () => queue.obliterate({ force: true }),
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...LIVE_STATES);
      return { waiting, active, delayed };
    },
  };
  return { queue, maintenance };
}
