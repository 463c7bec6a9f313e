import type { BackendFactory, PgPool, PostgresConnectionOptions, PostgresQueueBackend } from "bullmq";

/** Where BullMQ keeps its queues: the connection, and the factory that goes with it. */
export type Backend = {
  connection: PgPool;
  factory: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions>;
};

/** BullMQ goes on by itself after most errors; they are told for the log. */
export type OnError = (error: Error) => void;
