import type { ErrorCode } from "@pharmadb/contracts";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Runs take seconds to an hour; a wait may take no time at all. */
const RUN_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const WAIT_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400];
const CREATION_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
const FILE_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60];

/** How an attempt ended; `lost`: without its end in the record, so that the job will be found again. */
const OUTCOMES = ["completed", "failed", "cancelled", "retried", "handed_back", "superseded", "lost"] as const;
type AttemptOutcome = (typeof OUTCOMES)[number];

/** One attempt that runs. Disposing ends it. */
export type MeasuredAttempt = Disposable & {
  ended(outcome: Exclude<AttemptOutcome, "lost">): void;
};

export type JobMetrics = {
  begin(): MeasuredAttempt;
  /** How long a job has waited from its submission to its first start. */
  waited(priority: "interactive" | "batch", seconds: number): void;
  filesFetched(seconds: number): void;
  agentsCreated(seconds: number): void;
  /** What an attempt failed with. */
  failedWith(code: ErrorCode): void;
};

/** Research jobs as a worker sees them. */
export function createJobMetrics(registry: Registry): JobMetrics {
  const registers = [registry];
  const running = new Gauge({
    name: "pharmadb_jobs_running",
    help: "Research jobs that run in this process.",
    registers,
  });
  const duration = new Histogram({
    name: "pharmadb_job_duration_seconds",
    help: "An attempt on a research job, from its claim to the record of its end.",
    labelNames: ["outcome"] as const,
    buckets: RUN_SECONDS,
    registers,
  });
  const wait = new Histogram({
    name: "pharmadb_job_wait_seconds",
    help: "From the submission of a research job to its first start.",
    labelNames: ["priority"] as const,
    buckets: WAIT_SECONDS,
    registers,
  });
  const files = new Histogram({
    name: "pharmadb_job_files_seconds",
    help: "Fetching the files of a research job.",
    buckets: FILE_SECONDS,
    registers,
  });
  const creation = new Histogram({
    name: "pharmadb_agent_creation_seconds",
    help: "Building the tools, the journal and the agents of a research job, once its files are there.",
    buckets: CREATION_SECONDS,
    registers,
  });
  const errors = new Counter({
    name: "pharmadb_job_errors_total",
    help: "Errors that ended an attempt on a research job, whether it is tried again or not.",
    labelNames: ["code"] as const,
    registers,
  });
  for (const outcome of OUTCOMES) duration.zero({ outcome });
  for (const priority of ["interactive", "batch"]) wait.zero({ priority });
  return {
    begin() {
      running.inc();
      const startedAt = performance.now();
      let outcome: AttemptOutcome = "lost";
      return {
        ended(how) {
          outcome = how;
        },
        [Symbol.dispose]() {
          running.dec();
          duration.observe({ outcome }, (performance.now() - startedAt) / 1000);
        },
      };
    },
    waited: (priority, seconds) => wait.observe({ priority }, seconds),
    filesFetched: (seconds) => files.observe(seconds),
    agentsCreated: (seconds) => creation.observe(seconds),
    failedWith: (code) => errors.inc({ code }),
  };
}
