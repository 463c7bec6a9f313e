import { RecordUnreachable } from "../database-error.ts";
import type { Sql } from "../sql.ts";

/** Who is told what becomes of the server; a winston logger is one. */
export type RecordLog = {
  info(message: string, fields: object): unknown;
  warn(message: string, fields: object): unknown;
};

/**
 * The same, telling once that Postgres cannot be reached and once that it can, however many statements notice and
 * however often. Whoever opens it hears themselves of a server that has never answered.
 */
export function watchOutages(sql: Sql, log: RecordLog): Sql {
  let hasAnswered = false;
  let lastFailureAt: number | null = null;

  async function watched<T>(work: Promise<T>): Promise<T> {
    const begunAt = performance.now();
    try {
      const result = await work;
      // What was under way when another one failed says nothing of how it is now.
      if (lastFailureAt !== null && begunAt > lastFailureAt) {
        lastFailureAt = null;
        log.info("Postgres is back", {});
      }
      hasAnswered = true;
      return result;
    } catch (error) {
      if (error instanceof RecordUnreachable && hasAnswered) {
        if (lastFailureAt === null) log.warn("Postgres is away, waiting for it", { error });
        lastFailureAt = performance.now();
      }
      throw error;
    }
  }

  return {
    atOnce: sql.atOnce,
    query: (...statement) => watched(sql.query(...statement)),
    transaction: (...work) => watched(sql.transaction(...work)),
  };
}
