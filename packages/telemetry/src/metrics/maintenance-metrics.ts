import { Counter, Histogram, type Registry } from "prom-client";

/**
 * `lost_entry`: a dispatched job was no longer on the queue. `dead_worker`: the process of a running job is gone.
 * `abandoned`: a running job was not known to its process, which could not reach the record when it took or ended it.
 */
const REPAIRS = ["lost_entry", "dead_worker", "abandoned"] as const;

/** What comes of a schedule's time: a job, or the reason why there is none. */
const RUNS = ["started", "previous_unfinished", "queue_full", "files_missing"] as const;

export type MaintenanceMetrics = {
  repaired(kind: (typeof REPAIRS)[number], jobs: number): void;
  /** A round of the dispatcher has put so many jobs on the queue. */
  dispatched(jobs: number): void;
  /** A schedule's time has come, so many seconds ago. */
  scheduled(outcome: (typeof RUNS)[number], lateSeconds: number): void;
};

/** What keeps record and queue in step. */
export function createMaintenanceMetrics(registry: Registry): MaintenanceMetrics {
  const repairs = new Counter({
    name: "pharmadb_reconciler_repairs_total",
    help: "Jobs that the reconciler has put right, by what was wrong.",
    labelNames: ["kind"] as const,
    registers: [registry],
  });
  for (const kind of REPAIRS) repairs.inc({ kind }, 0);
  const rounds = new Histogram({
    name: "pharmadb_dispatch_round_jobs",
    help: "Research jobs that a round of the dispatcher has moved from the backlog to the queue.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers: [registry],
  });
  const runs = new Histogram({
    name: "pharmadb_schedule_delay_seconds",
    help: "Times of schedules, by what came of them, and how late that was.",
    labelNames: ["outcome"] as const,
    buckets: [0.1, 0.5, 1, 5, 15, 60, 600, 3600],
    registers: [registry],
  });
  for (const outcome of RUNS) runs.zero({ outcome });
  return {
    repaired: (kind, jobs) => repairs.inc({ kind }, jobs),
    dispatched: (jobs) => rounds.observe(jobs),
    scheduled: (outcome, lateSeconds) => runs.observe({ outcome }, lateSeconds),
  };
}
