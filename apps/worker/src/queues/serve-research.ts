import { CANCELS, groupCalls } from "@pharmadb/contracts";
import type { ResearchWorker } from "@pharmadb/queue";
import { cancelRequested, openJournalWriter, releaseQueued, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { every } from "../every.ts";
import { type ProcessorDeps, processResearch } from "../process-research.ts";
import { cancelled, WorkerStopping } from "../stop-reasons.ts";
import type { ServeQueue } from "./queue-context.ts";

/** Takes research jobs off the queue and runs them, and sees to it that the queue is filled. */
export const serveResearch: ServeQueue = async (context) => {
  const { config, deps, timing, logger, lease, dispatcher, jobs, complain } = context;
  const { sql } = deps;
  const handingBack = new AbortController();
  const processing: ProcessorDeps = {
    ...deps,
    dispatcher,
    workerId: lease.workerId,
    write: openJournalWriter(sql),
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    timing,
    handingBack: handingBack.signal,
  };
  const worker = deps.queues.startResearchWorker({
    concurrency: config.workerConcurrency,
    lockMs: timing.lockMs,
    process: (entry, signal) => processResearch(entry, processing, signal),
    giveBack: async (entry) => void (await releaseQueued(sql, [entry])),
  });
  jobs.areOf(worker);
  const stack = new AsyncDisposableStack();
  const onCancelError = complain("asking for cancels failed");
  // Many hints at once are one look. Looking now and then as well finds what a lost hint was about.
  const look = groupCalls<void, void>(async (hints) => {
    await passOnCancels(sql, worker);
    return hints.map(() => undefined);
  });
  stack.use(deps.queues.wakeups.subscribe(CANCELS, () => void look().catch(onCancelError)));
  stack.use(every(timing.cancelPollMs, () => look(), onCancelError));
  stack.use(every(timing.dispatchMs, dispatcher.settled, complain("dispatching failed")));
  dispatcher.poke();
  // Closed first, so that cancels go on to be heard and handed back jobs to be dispatched while running ones get their
  // time.
  stack.defer(async () => {
    await lease.takeNoMore().catch(complain("others do not know yet that this worker stops"));
    await closeWorker(worker, { graceMs: timing.graceMs, handingBack, logger });
    await dispatcher.settled();
  });
  return stack;
};

/** Stops those running jobs that their owners want stopped. */
async function passOnCancels(sql: Sql, worker: ResearchWorker): Promise<void> {
  const running = worker.running();
  if (running.length === 0) return;
  for (const id of await cancelRequested(sql, running)) worker.cancel(id, cancelled());
}

async function closeWorker(
  worker: ResearchWorker,
  { graceMs, handingBack, logger }: { graceMs: number; handingBack: AbortController; logger: Logger },
): Promise<void> {
  const closed = worker.close();
  const timer = setTimeout(() => {
    const late = worker.running();
    logger.info("handing back", { jobs: late.length });
    handingBack.abort();
    for (const id of late) worker.cancel(id, new WorkerStopping());
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
