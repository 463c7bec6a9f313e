import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { type ModelClient, runResearch } from "@pharmadb/agents";
import { type Config, WORKER_QUEUES } from "@pharmadb/config";
import type { Egress } from "@pharmadb/egress";
import type { Queues } from "@pharmadb/queue";
import { openDispatcher } from "@pharmadb/store";
import { createComplaints } from "./complaints.ts";
import { keepJobs } from "./keep-jobs.ts";
import { keepLease } from "./keep-lease.ts";
import { meteredModel } from "./metered-model.ts";
import type { ProcessorDeps, RunAgents } from "./process-research.ts";
import type { QueueContext } from "./queues/queue-context.ts";
import { createRunningJobs } from "./queues/running-jobs.ts";
import { SERVED_QUEUES } from "./queues/served-queues.ts";
import { TIMING, type Timing } from "./timing.ts";

/** An eighth of what workers can run waits on the queue beside; the half of it may be used before more is dispatched. */
const SPARE_SHARE = 1 / 16;

export type WorkerConfig = Pick<
  Config,
  | "workerConcurrency"
  | "workerQueues"
  | "requestTimeoutSeconds"
  | "webhookRetryMs"
  | "retentionDays"
  | "maxQueuedPerTenant"
>;

/** What the worker works with; it opens none of it and closes none of it. */
export type WorkerDeps = Pick<ProcessorDeps, "sql" | "files" | "sandbox" | "logger" | "metrics"> & {
  queues: Queues;
  /** The way out to receivers of webhooks. */
  egress: Egress;
  model: ModelClient;
  runAgents?: RunAgents;
  tempDir?: string;
  /** What time it is, for what has a date. */
  now?: () => Date;
  timing?: Partial<Timing>;
};

export type RunningWorker = {
  /** Takes no more jobs, gives running ones their time, and hands back those that need more. */
  close(): Promise<void>;
};

/** Starts serving the queues that the configuration names, and takes care that no job gets lost. */
export async function startWorker({
  config,
  deps,
}: {
  config: WorkerConfig;
  deps: WorkerDeps;
}): Promise<RunningWorker> {
  const { logger, sql, queues } = deps;
  const { workerConcurrency, workerQueues } = config;
  const timing = { ...TIMING, ...deps.timing };
  const complain = createComplaints(logger);
  const jobs = createRunningJobs();
  const metrics = deps.metrics.maintenance;
  await using stack = new AsyncDisposableStack();
  const concurrency = workerQueues.includes("research") ? workerConcurrency : 0;
  const worker = { id: randomUUID(), queues: workerQueues, concurrency };
  const lease = stack.use(await keepLease(worker, { sql, timing, complain }));
  const dispatcher = stack.adopt(
    openDispatcher({
      sql,
      async add(jobs) {
        await queues.research.addBulk(jobs);
        metrics.dispatched(jobs.length);
      },
      onError: complain("dispatching failed"),
      spare: Math.max(1, Math.floor(concurrency * SPARE_SHARE)),
    }),
    (opened) => opened.close(),
  );
  const keeping = { sql, queues, dispatcher, jobs, metrics, logger, timing, complain };
  stack.use(await keepJobs(lease.workerId, keeping));
  const context: QueueContext = {
    config,
    deps: {
      ...deps,
      model: meteredModel(deps.model, deps.metrics.model),
      runAgents: deps.runAgents ?? runResearch,
      tempDir: deps.tempDir ?? tmpdir(),
    },
    timing,
    logger,
    lease,
    dispatcher,
    jobs,
    complain,
  };
  for (const name of WORKER_QUEUES) {
    if (workerQueues.includes(name)) stack.use(await SERVED_QUEUES[name](context));
  }
  const started = stack.move();
  return { close: () => started.disposeAsync() };
}
