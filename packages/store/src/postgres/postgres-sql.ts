import type { Pool, QueryResult } from "pg";
import { explainFailure, isOutdatedPlan } from "../database-error.ts";
import { plainParameter } from "../plain-text.ts";
import { runTransaction } from "../run-transaction.ts";
import type { QueryOptions, Row, Sql } from "../sql.ts";

/** The longest that a timer can wait. */
const UNHURRIED_MS = 2 ** 31 - 1;

/** Our own statements over a pool; a transaction holds one of its clients. */
export function createPostgresSql(pool: Pool): Sql {
  return {
    atOnce: pool.options.max,
    async query<R extends Row>(text: string, parameters: readonly unknown[] = [], { prepared }: QueryOptions = {}) {
      const values = parameters.map(plainParameter);
      try {
        if (prepared === undefined) return letGo(await pool.query<R>(text, values)).rows;
        const kept = pool.query<R>({ name: prepared, text, values });
        return letGo(await kept.catch((error) => unlessOutdated(error, () => pool.query<R>(text, values)))).rows;
      } catch (error) {
        throw explainFailure(error);
      } finally {
        values.length = 0;
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
          return letGo(
            await client.query({
              text,
              ...(values.length > 0 && { values }),
              ...(unhurried && { query_timeout: UNHURRIED_MS }),
            }),
          );
        } catch (error) {
          if (isUnanswered(error)) broken = error;
          throw explainFailure(error);
        } finally {
          values.length = 0;
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

/**
 * What a statement gave. The clocks that the driver has for its statements hold on to each of them long after it has
 * ended, until V8 cleans the old part of its heap; so nothing of size is left in one, neither rows nor parameters.
 */
function letGo<R extends Row>(result: QueryResult<R>): { rows: R[]; command: string } {
  const { rows, command } = result;
  result.rows = [];
  return { rows, command };
}

/** A migration has changed what a kept statement gives, and the server has refused to run it: anew then, unkept. */
function unlessOutdated<T>(error: unknown, anew: () => Promise<T>): Promise<T> {
  return isOutdatedPlan(error) ? anew() : Promise.reject(error);
}

function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === "Query read timeout";
}
