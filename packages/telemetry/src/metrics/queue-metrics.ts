import { within } from "@pharmadb/contracts";
import { Counter, Gauge, type Registry } from "prom-client";

/** A scrape gives what it can by then; Prometheus waits ten seconds. */
const ANSWER_MS = 2_000;

const STATES = ["waiting", "active"] as const;
type Counts = Readonly<Record<(typeof STATES)[number], number>>;

/** Queued jobs of one priority in the record: how many, and how long the first of them has waited. */
type Backlog = { priority: "interactive" | "batch"; jobs: number; oldestSeconds: number };

export type QueueMetrics = {
  /** Entries of this queue are counted at each scrape. */
  watchDepth(queue: string, counts: () => Promise<Counts>): void;
  /** The backlog is read at each scrape. */
  watchBacklog(read: () => Promise<readonly Backlog[]>): void;
  /** Reads what is watched. A store that does not answer costs its figures, not the scrape. */
  refresh(): Promise<void>;
};

/** What waits, over all processes, read when Prometheus asks. */
export function createQueueMetrics(registry: Registry): QueueMetrics {
  const registers = [registry];
  const entries = new Gauge({
    name: "pharmadb_queue_entries",
    help: "Entries on a queue, over all processes.",
    labelNames: ["queue", "state"] as const,
    registers,
  });
  const backlog = new Gauge({
    name: "pharmadb_backlog_jobs",
    help: "Research jobs that wait in the record to be put on the queue, over all processes; counted up to 10000 a priority.",
    labelNames: ["priority"] as const,
    registers,
  });
  const oldest = new Gauge({
    name: "pharmadb_backlog_oldest_seconds",
    help: "How long the oldest of these has waited since it could run; above 10000, the oldest of those counted.",
    labelNames: ["priority"] as const,
    registers,
  });
  const failures = new Counter({
    name: "pharmadb_scrape_failures_total",
    help: "Figures missing from a scrape because the queue or the record did not answer.",
    labelNames: ["source"] as const,
    registers,
  });
  for (const source of ["queue", "record"]) failures.inc({ source }, 0);
  const watched: (() => Promise<void>)[] = [];

  function watch<T>(source: "queue" | "record", read: () => Promise<T>, show: (value: T | null) => void): void {
    watched.push(async () => {
      try {
        show(await within(ANSWER_MS, read()));
      } catch {
        failures.inc({ source });
        // Better no figure than one from before.
        show(null);
      }
    });
  }

  return {
    watchDepth: (queue, counts) =>
      watch("queue", counts, (count) => {
        for (const state of STATES) {
          if (count) entries.set({ queue, state }, count[state]);
          else entries.remove({ queue, state });
        }
      }),
    watchBacklog: (read) =>
      watch("record", read, (found) => {
        backlog.reset();
        oldest.reset();
        for (const { priority, jobs, oldestSeconds } of found ?? []) {
          backlog.set({ priority }, jobs);
          oldest.set({ priority }, oldestSeconds);
        }
      }),
    refresh: async () => void (await Promise.all(watched.map((read) => read()))),
  };
}
