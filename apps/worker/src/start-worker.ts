import { tmpdir } from "node:os";
import { type ModelClient, runResearch } from "@pharmadb/agents";
import type { Config } from "@pharmadb/config";
import type { Queues, ResearchWorker } from "@pharmadb/queue";
import { cancelRequested, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { createRetryWatch } from "./create-retry-watch.ts";
import { every } from "./every.ts";
import { type ProcessorDeps, processResearch, type RunAgents } from "./process-research.ts";
import { reconcile } from "./reconcile.ts";
import { cancelled, WorkerStopping } from "./stop-reasons.ts";
import { TIMING, type Timing } from "./timing.ts";

export type WorkerConfig = Pick<Config, "workerConcurrency" | "requestTimeoutSeconds">;

/** What the worker works with; it opens none of it and closes none of it. */
export type WorkerDeps = Pick<ProcessorDeps, "sql" | "files" | "sandbox" | "logger"> & {
  queues: Queues;
  model: ModelClient;
  runAgents?: RunAgents;
  tempDir?: string;
  timing?: Partial<Timing>;
};

export type RunningWorker = {
  /** Takes no more jobs, gives running ones their time, and hands back those that need more. */
  close(): Promise<void>;
};

/** Starts taking research jobs off the queue, beginning with those that an earlier process left unfinished. */
export async function startWorker({
  config,
  deps,
}: {
  config: WorkerConfig;
  deps: WorkerDeps;
}): Promise<RunningWorker> {
  const { sql, queues, logger } = deps;
  const timing = { ...TIMING, ...deps.timing };
  const complain = (message: string) => (error: unknown) => void logger.warn(message, { error });
  const retryWatch = createRetryWatch(deps);
  const processing: ProcessorDeps = {
    ...deps,
    runAgents: deps.runAgents ?? runResearch,
    tempDir: deps.tempDir ?? tmpdir(),
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    timing,
    onFailed: retryWatch.onFailed,
  };
  const worker = queues.startResearchWorker({
    concurrency: config.workerConcurrency,
    process: (id, signal) => processResearch(id, processing, signal),
    onRemoved: (id) => void retryWatch.onRemoved(id).catch(complain("looking for a retry failed")),
  });
  const restore = async () => {
    const restored = await reconcile(deps, worker.running());
    if (restored > 0) logger.info("put back on the queue", { jobs: restored });
  };
  await using stack = new AsyncDisposableStack();
  stack.use(every(timing.reconcileMs, restore, complain("reconciling failed")));
  stack.use(every(timing.cancelPollMs, () => passOnCancels(sql, worker), complain("asking for cancels failed")));
  // Closed first, so that cancels go on to be heard while running jobs get their time.
  stack.defer(() => closeWorker(worker, timing.graceMs, logger));
  await restore();
  const started = stack.move();
  return { close: () => started.disposeAsync() };
}

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
