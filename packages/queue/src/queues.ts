import type { PRIORITIES, Recurrence } from "@pharmadb/contracts";
import type { Entry } from "./entry-name.ts";

export type Priority = (typeof PRIORITIES)[number];

/** What is `first` goes ahead of all that is on the list. */
export type NewEntry = Entry & { priority: Priority; first?: boolean };

/**
 * What is about to run. An entry names a job and how often it has been dispatched, and nothing else; the record knows
 * the rest.
 */
export type ResearchQueue = {
  /** Puts jobs on the list. An entry that is on it already stays as it is, so adding twice makes one run. */
  addBulk(entries: readonly NewEntry[]): Promise<void>;
  /** Those that are not on the list; where one just leaves it, it may or may not be named. */
  missing<E extends Entry>(entries: readonly E[]): Promise<E[]>;
  /** Drops every entry, also those that a dead process holds. For the one process of the embedded size, at its start. */
  reset(): Promise<void>;
  counts(): Promise<{ waiting: number; active: number }>;
};

export type ResearchWorkerOptions = {
  /** Jobs at once. */
  concurrency: number;
  /** How long an entry is held for a process that does not answer; for tests. */
  lockMs?: number;
  /** Runs a job. The signal fires with the reason given to `cancel`. An error goes to `onError`; the entry is gone in any case. */
  process(entry: Entry, signal: AbortSignal): Promise<void>;
  /** Called with an entry that comes off the list although the worker closes; it is not run. */
  giveBack(entry: Entry): Promise<void>;
};

export type ResearchWorker = {
  /** The ids of the jobs that run. */
  running(): string[];
  /** Aborts the signal of this process's run of the job; false where there is none. */
  cancel(id: string, reason: Error): boolean;
  /** Takes no more jobs and waits for the running ones. */
  close(): Promise<void>;
};

/** An attempt that is due: the delivery, and how many attempts it has had. */
export type WebhookEntry = { id: string; attempts: number };

/** The to-do list of webhook deliveries that are due. What is not on it is found again through the record. */
export type WebhookQueue = {
  /** Puts attempts on the list. One that is on it already stays as it is. */
  add(entries: readonly WebhookEntry[]): Promise<void>;
  /** Drops every entry, as for research jobs. */
  reset(): Promise<void>;
  counts(): Promise<{ waiting: number; active: number; delayed: number }>;
};

export type WebhookWorkerOptions = {
  /** Entries at once. */
  concurrency: number;
  /** Attempts a delivery where that is still due. The entry is dropped whatever comes of it. */
  process(deliveryId: string): Promise<void>;
};

/**
 * Maintenance that comes again and again: every so many milliseconds, or at the times of a cron expression, of which the
 * record knows the next.
 */
export type RecurringTask = { id: string } & ({ everyMs: number } | (Recurrence & { nextAt: Date }));

/**
 * Wakes a worker when maintenance is due. Of times that pass while there is no worker, one wakes the next worker. What
 * recurs is known to the record or to the configuration, from which a queue that has lost it is filled again.
 */
export type MaintenanceQueue = {
  /** Has a task come at its times, in place of those it had. The first of "every so often" is now. */
  recur(task: RecurringTask): Promise<void>;
  /** Has a task come no more. */
  forget(id: string): Promise<void>;
  /**
   * Makes what recurs just these tasks; those that do already keep their next time. They are read once it is known what
   * the queue has, so that nothing is taken away which has been added meanwhile.
   */
  keep(read: () => Promise<readonly RecurringTask[]>): Promise<void>;
  /** Drops every entry and all that recurs, as for research jobs. */
  reset(): Promise<void>;
  counts(): Promise<{ waiting: number; active: number; delayed: number }>;
};

export type MaintenanceWorkerOptions = {
  /** Tasks at once. */
  concurrency: number;
  /** Does a task. What comes of it changes nothing about its next time. */
  process(id: string): Promise<void>;
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
  webhooks: WebhookQueue;
  /** Closing it takes no more entries and waits for the running ones. */
  startWebhookWorker(options: WebhookWorkerOptions): { close(): Promise<void> };
  maintenance: MaintenanceQueue;
  /** Closing it takes no more tasks and waits for the running ones. */
  startMaintenanceWorker(options: MaintenanceWorkerOptions): { close(): Promise<void> };
  wakeups: Wakeups;
  /** Answers once the queue's store does; throws where it cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
};
