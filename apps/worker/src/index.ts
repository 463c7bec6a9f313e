export { serveOperations } from "./operations/serve-operations.ts";
export type { RunAgents } from "./process-research.ts";
export { type RunningWorker, startWorker, type WorkerConfig, type WorkerDeps } from "./start-worker.ts";
export type { Timing } from "./timing.ts";
