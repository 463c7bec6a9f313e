import { Pool } from "pg";
import { type Database, type PoolSurface, SEARCH_PATH } from "../database.ts";
import { type RecordLog, watchOutages } from "./outage-watch.ts";
import { createPostgresSql } from "./postgres-sql.ts";
import { withLibpqTls } from "./with-libpq-tls.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Until the first probe of a connection that carries nothing; a server that has moved answers none. */
const KEEP_ALIVE_MS = 10_000;
/** A process that has vanished in a transaction holds its locks no longer than this. */
const IDLE_TRANSACTION_MS = 120_000;

type Timing = {
  /** How long the server works on a statement. */
  statementMs: number;
  /** After which time without an answer the connection leads nowhere; longer than the server's own limit. */
  answerMs: number;
};

const TIMING: Timing = { statementMs: 60_000, answerMs: 75_000 };

/** How long a client that is still at work, or is just connecting, may keep the pool from its end. */
const END_TIMEOUT_MS = 5_000;

/** Ends the pool. One connection that hangs, as after an outage, must not keep the process from its end. */
async function endPool(pool: Pool): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_TIMEOUT_MS);
  });
  await Promise.race([pool.end(), late]).finally(() => clearTimeout(timer));
}

/**
 * Refuses a connection that gives us what is not ours. A pooler that takes a connection from somebody who was listening
 * may pass on the answer to its own `DISCARD ALL` to whoever is next (pgbouncer 1.18 does, where a notification comes in
 * between): from then on each statement on that connection is given the rows of the one before it.
 */
function expectAnswerTo(statements: readonly string[], answer: unknown): void {
  const isOurs = Array.isArray(answer) && answer.length === statements.length;
  if (!isOurs) throw new Error("The connection gave the answer to a statement of somebody else.");
}

/** Opens the record on a PostgreSQL server. */
export async function openPostgres(options: {
  connectionString: string;
  maxConnections: number;
  timing?: Timing;
  /** Told of outages of the server, once each. */
  log?: RecordLog;
}): Promise<Database> {
  const { statementMs, answerMs } = options.timing ?? TIMING;
  // As a statement, not as start-up options: connection poolers refuse those.
  const setUp = [
    `set search_path to ${SEARCH_PATH}`,
    `set statement_timeout to ${statementMs}`,
    `set idle_in_transaction_session_timeout to ${IDLE_TRANSACTION_MS}`,
    // Compiling takes a third of a second, which the server spends on any statement that it thinks is large; of ours
    // none is, though it may think so of one that looks at the start of a long index.
    "set jit to off",
    // A statement that is kept keeps the plan that was best for an empty table, until the server next counts the rows.
    "set enable_seqscan to off",
  ];
  const pool = new Pool({
    connectionString: withLibpqTls(options.connectionString),
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    query_timeout: answerMs,
    onConnect: async (client) => expectAnswerTo(setUp, await client.query(setUp.join("; "))),
  });
  // A dropped idle connection is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  return {
    sql: options.log ? watchOutages(createPostgresSql(pool), options.log) : createPostgresSql(pool),
    // It is one; only the conditional types of its `on` are beyond what the compiler compares.
    pool: pool as unknown as PoolSurface,
    kind: "postgres",
    close: () => endPool(pool),
  };
}
