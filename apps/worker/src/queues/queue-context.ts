import type { Dispatcher } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { Complain } from "../complaints.ts";
import type { Lease } from "../keep-lease.ts";
import type { ProcessorDeps } from "../process-research.ts";
import type { WorkerConfig, WorkerDeps } from "../start-worker.ts";
import type { Timing } from "../timing.ts";
import type { RunningJobs } from "./running-jobs.ts";

/** What a worker lends to each of the queues that it serves. */
export type QueueContext = {
  config: WorkerConfig;
  deps: WorkerDeps & Pick<ProcessorDeps, "runAgents" | "tempDir">;
  timing: Timing;
  logger: Logger;
  lease: Lease;
  dispatcher: Dispatcher;
  /** The research jobs that this process runs. */
  jobs: RunningJobs;
  complain: Complain;
};

/** Starts serving a queue. Disposing takes nothing more and waits for what runs. */
export type ServeQueue = (context: QueueContext) => Promise<AsyncDisposable>;
