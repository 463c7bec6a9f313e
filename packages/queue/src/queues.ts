import type { PRIORITIES } from "@pharmadb/contracts";

export type Priority = (typeof PRIORITIES)[number];

export type NewEntry = { id: string; priority: Priority; delayMs?: number };

/** The to-do list of research jobs. An entry is the job's id and nothing else; the record knows the rest. */
export type ResearchQueue = {
  /** Puts a job on the list. One that is on it already stays as it is, so adding twice makes one run. */
  add(id: string, options: { priority: Priority; delayMs?: number }): Promise<void>;
  addBulk(entries: readonly NewEntry[]): Promise<void>;
  /** Takes a waiting job off the list. One that a worker holds stays; one that is not there is no error. */
  remove(id: string): Promise<void>;
  /** Those of the ids that have no entry. May name one that is just changing its state; adding that again is harmless. */
  missing(ids: readonly string[]): Promise<string[]>;
  /** Drops every entry, also those that a dead process holds. For the one process of the embedded size, at its start. */
  reset(): Promise<void>;
  counts(): Promise<{ waiting: number; active: number; delayed: number }>;
};

/** What becomes of an entry after its run: it leaves the list, or comes up again later. */
export type JobEnd = "done" | { againInMs: number };

export type ResearchWorkerOptions = {
  /** Jobs at once. */
  concurrency: number;
  /** Runs a job. The signal fires with the reason given to `cancel`. An error drops the entry and goes to `onError`. */
  process(id: string, signal: AbortSignal): Promise<JobEnd>;
  /** Called once the entry is off the list, so that the id can be added again. */
  onRemoved?(id: string): void;
};

export type ResearchWorker = {
  running(): string[];
  /** Aborts the signal of this process's run of the job; false where there is none. */
  cancel(id: string, reason: Error): boolean;
  /** Takes no more jobs and waits for the running ones. */
  close(): Promise<void>;
};

/** Tells other processes that a job's record has changed. A hint: it may come twice, and rarely not at all. */
export type Wakeups = {
  subscribe(id: string, listener: () => void): Disposable;
  /** Settles once the hint is on its way to the subscribers of all processes. */
  notify(id: string): Promise<void>;
};

export type Queues = {
  research: ResearchQueue;
  startResearchWorker(options: ResearchWorkerOptions): ResearchWorker;
  wakeups: Wakeups;
  /** Answers once the queue's store does; throws where it cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
};
