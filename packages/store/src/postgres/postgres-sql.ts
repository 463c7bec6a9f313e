import type { Pool } from "pg";
import { explainFailure } from "../database-error.ts";
import { plainParameter } from "../plain-text.ts";
import { runTransaction } from "../run-transaction.ts";
import type { Row, Sql } from "../sql.ts";

/** The longest that a timer can wait. */
const UNHURRIED_MS = 2 ** 31 - 1;

/** Our own statements over a pool; a transaction holds one of its clients. */
export function createPostgresSql(pool: Pool): Sql {
  return {
    async query<R extends Row>(text: string, parameters: readonly unknown[] = []) {
      try {
        return (await pool.query<R>(text, parameters.map(plainParameter))).rows;
      } catch (error) {
        throw explainFailure(error);
      }
    },
    async transaction(work, { unhurried = false } = {}) {
      const client = await pool.connect().catch((error) => {
        throw explainFailure(error);
      });
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on("error", onError);
      const run = async (text: string, parameters: readonly unknown[] = []) => {
        // What has had no answer may still be under way; nothing can follow it on the same connection.
        if (broken) throw explainFailure(broken);
        const values = parameters.map(plainParameter);
        try {
          // Without parameters as a plain query, which may hold several statements.
          return await client.query({
            text,
            ...(values.length > 0 && { values }),
            ...(unhurried && { query_timeout: UNHURRIED_MS }),
          });
        } catch (error) {
          if (isUnanswered(error)) broken = error;
          throw explainFailure(error);
        }
      };
      try {
        return await runTransaction(run, async (transaction) => {
          if (unhurried) await transaction.query("set local statement_timeout to 0");
          return work(transaction);
        });
      } finally {
        client.off("error", onError);
        client.release(broken);
      }
    },
  };
}

function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === "Query read timeout";
}
