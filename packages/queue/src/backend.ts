import type { IQueueBackend, Processor, Queue, QueueOptions, Worker, WorkerOptions } from "bullmq";
import type { Wakeups } from "./queues.ts";

/** A BullMQ queue, wherever it is kept. */
// biome-ignore lint/suspicious/noExplicitAny: the types of job data, results and connections, of which we use none.
type AnyQueue = Queue<any, any, string, any, any, string, IQueueBackend, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyWorker = Worker<any, any, string, IQueueBackend, any, any>;

/** How soon a worker asks again that could not reach its queue. BullMQ waits 15 s, for which its places stand idle. */
export const ASK_AGAIN_MS = 1_000;

/** Where BullMQ keeps its queues: a PostgreSQL database or a Redis. */
export type Backend = {
  /** Hears the errors of its queues and workers; passes on those that are news. */
  onError: OnError;
  openQueue(name: string, options?: Omit<QueueOptions, "connection" | "prefix">): AnyQueue;
  startWorker(name: string, process: Processor, options: Omit<WorkerOptions, "connection" | "prefix">): AnyWorker;
  /** Ends a worker: it takes no more jobs. `idle` settles once those have ended that it runs. */
  closeWorker(worker: AnyWorker, idle: Promise<void>): Promise<void>;
  openWakeups(): Promise<OpenWakeups>;
  /** To be called when everything opened here has been closed. */
  close(): Promise<void>;
};

export type OpenWakeups = Wakeups & { close(): Promise<void> };

/** BullMQ goes on by itself after most errors; they are told for the log. */
export type OnError = (error: Error) => void;
