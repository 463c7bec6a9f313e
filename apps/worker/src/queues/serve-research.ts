import type { ResearchWorker } from "@pharmadb/queue";
import { cancelRequested, openJournalWriter, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { createRetryWatch } from "../create-retry-watch.ts";
import { every } from "../every.ts";
import { type ProcessorDeps, processResearch } from "../process-research.ts";
import { cancelled, WorkerStopping } from "../stop-reasons.ts";
import type { ServeQueue } from "./queue-context.ts";

/** Takes research jobs off the queue and runs them. */
export const serveResearch: ServeQueue = async ({ config, deps, timing, logger, jobs, complain }) => {
  const retryWatch = createRetryWatch(deps);
  const processing: ProcessorDeps = {
    ...deps,
    write: openJournalWriter(deps.sql),
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    timing,
    onFailed: retryWatch.onFailed,
  };
  const worker = deps.queues.startResearchWorker({
    concurrency: config.workerConcurrency,
    process: (id, signal) => processResearch(id, processing, signal),
    onRemoved: (id) => void retryWatch.onRemoved(id).catch(complain("looking for a retry failed")),
  });
  jobs.areOf(worker);
  const stack = new AsyncDisposableStack();
  stack.use(every(timing.cancelPollMs, () => passOnCancels(deps.sql, worker), complain("asking for cancels failed")));
  // Closed first, so that cancels go on to be heard while running jobs get their time.
  stack.defer(() => closeWorker(worker, timing.graceMs, logger));
  return stack;
};

/** Stops those running jobs that their owners want stopped. */
async function passOnCancels(sql: Sql, worker: ResearchWorker): Promise<void> {
  const running = worker.running();
  if (running.length === 0) return;
  for (const id of await cancelRequested(sql, running)) worker.cancel(id, cancelled());
}

async function closeWorker(worker: ResearchWorker, graceMs: number, logger: Logger): Promise<void> {
  const closed = worker.close();
  const timer = setTimeout(() => {
    const late = worker.running();
    logger.info("handing back", { jobs: late.length });
    for (const id of late) worker.cancel(id, new WorkerStopping());
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
