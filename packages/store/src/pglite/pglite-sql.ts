import { runTransaction } from "../run-transaction.ts";
import type { Row, Sql } from "../sql.ts";
import type { Exclusive } from "./exclusive.ts";
import type { PgliteSession } from "./pglite-session.ts";

/** Our own statements over PGlite; a transaction holds the session from begin to end. */
export function createPgliteSql(session: PgliteSession, exclusive: Exclusive): Sql {
  return {
    atOnce: 1,
    async query<R extends Row>(text: string, parameters?: readonly unknown[]) {
      const unlock = await exclusive.acquire();
      try {
        return (await session.run(text, parameters)).rows as R[];
      } finally {
        unlock();
      }
    },
    async transaction(work) {
      const unlock = await exclusive.acquire();
      try {
        return await runTransaction((text, parameters) => session.run(text, parameters), work);
      } finally {
        unlock();
      }
    },
  };
}
