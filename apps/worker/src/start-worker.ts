import { tmpdir } from "node:os";
import { type ModelClient, runResearch } from "@pharmadb/agents";
import { type Config, WORKER_QUEUES } from "@pharmadb/config";
import type { Queues } from "@pharmadb/queue";
import { meteredModel } from "./metered-model.ts";
import type { ProcessorDeps, RunAgents } from "./process-research.ts";
import type { QueueContext } from "./queues/queue-context.ts";
import { createRunningJobs } from "./queues/running-jobs.ts";
import { SERVED_QUEUES } from "./queues/served-queues.ts";
import { TIMING, type Timing } from "./timing.ts";

export type WorkerConfig = Pick<Config, "workerConcurrency" | "workerQueues" | "requestTimeoutSeconds">;

/** What the worker works with; it opens none of it and closes none of it. */
export type WorkerDeps = Pick<ProcessorDeps, "sql" | "files" | "sandbox" | "logger" | "metrics"> & {
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

/** Starts serving the queues that the configuration names. */
export async function startWorker({
  config,
  deps,
}: {
  config: WorkerConfig;
  deps: WorkerDeps;
}): Promise<RunningWorker> {
  const { logger } = deps;
  const context: QueueContext = {
    config,
    deps: {
      ...deps,
      model: meteredModel(deps.model, deps.metrics.model),
      runAgents: deps.runAgents ?? runResearch,
      tempDir: deps.tempDir ?? tmpdir(),
    },
    timing: { ...TIMING, ...deps.timing },
    logger,
    jobs: createRunningJobs(),
    complain: (message) => (error) => void logger.warn(message, { error }),
  };
  await using stack = new AsyncDisposableStack();
  for (const name of WORKER_QUEUES) {
    if (config.workerQueues.includes(name)) stack.use(await SERVED_QUEUES[name](context));
  }
  const started = stack.move();
  return { close: () => started.disposeAsync() };
}
