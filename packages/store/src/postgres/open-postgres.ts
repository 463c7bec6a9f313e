import { Pool } from "pg";
import { type Database, type PoolSurface, SEARCH_PATH } from "../database.ts";
import { plainParameter } from "../plain-text.ts";
import { runTransaction } from "../run-transaction.ts";
import type { Row, Sql } from "../sql.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Opens the record on a PostgreSQL server. */
export async function openPostgres(options: { connectionString: string; maxConnections: number }): Promise<Database> {
  const pool = new Pool({
    connectionString: options.connectionString,
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // Not as a start-up option: connection poolers refuse those.
    onConnect: async (client) => void (await client.query(`set search_path to ${SEARCH_PATH}`)),
  });
  // A dropped idle connection is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  return {
    sql: createPostgresSql(pool),
    // It is one; only the conditional types of its `on` are beyond what the compiler compares.
    pool: pool as unknown as PoolSurface,
    kind: "postgres",
    close: () => pool.end(),
  };
}

function createPostgresSql(pool: Pool): Sql {
  return {
    async query<R extends Row>(text: string, parameters: readonly unknown[] = []) {
      return (await pool.query<R>(text, parameters.map(plainParameter))).rows;
    },
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on("error", onError);
      try {
        return await runTransaction(
          (text, parameters = []) => client.query(text, parameters.map(plainParameter)),
          work,
        );
      } finally {
        client.off("error", onError);
        client.release(broken);
      }
    },
  };
}
