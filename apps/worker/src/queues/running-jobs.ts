import type { ResearchWorker } from "@pharmadb/queue";

export type RunningJobs = {
  ids(): readonly string[];
  /** From now on these are the jobs of this worker. */
  areOf(worker: ResearchWorker): void;
};

/** The research jobs of this process, for those who serve another queue; none where it serves no research. */
export function createRunningJobs(): RunningJobs {
  let worker: ResearchWorker | null = null;
  return {
    ids: () => worker?.running() ?? [],
    areOf: (started) => {
      worker = started;
    },
  };
}
