import type { Row, Sql } from "./sql.ts";

export type QueryResult<R = Row> = {
  rows: R[];
  /** Rows that the statement returned or changed; null where its kind has no such number. */
  rowCount: number | null;
};

export type Notification = { channel: string; payload?: string };

/** A client checked out of the pool: a session of its own for transactions and `LISTEN`. */
export type PoolClientSurface = {
  query<R = Row>(text: string, parameters?: readonly unknown[]): Promise<QueryResult<R>>;
  on(event: "notification", listener: (message: Notification) => void): PoolClientSurface;
  on(event: "error", listener: (error: Error) => void): PoolClientSurface;
  on(event: "end", listener: () => void): PoolClientSurface;
  removeListener(event: "notification", listener: (message: Notification) => void): PoolClientSurface;
  removeAllListeners(event?: string): PoolClientSurface;
  release(destroy?: boolean): void;
};

/** The part of `pg.Pool` that BullMQ's PostgreSQL backend uses. */
export type PoolSurface = {
  query<R = Row>(text: string, parameters?: readonly unknown[]): Promise<QueryResult<R>>;
  connect(): Promise<PoolClientSurface>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): PoolSurface;
  on(event: "connect", listener: (client: PoolClientSurface) => void): PoolSurface;
  removeAllListeners(event?: string): PoolSurface;
};

/** An open record: our statements go through `sql`, the queue's through `pool`. */
export type Database = {
  sql: Sql;
  pool: PoolSurface;
  kind: "pglite" | "postgres";
  close(): Promise<void>;
};

/** BullMQ names its tables without a schema; ours live in `public`, where nothing of BullMQ's is looked for first. */
export const SEARCH_PATH = "bullmq, public";
