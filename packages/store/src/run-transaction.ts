import type { Row, Sql } from "./sql.ts";

type Run = (
  text: string,
  parameters?: readonly unknown[],
) => Promise<{ rows: unknown[]; command?: string | undefined }>;

/** Runs `work` between begin and commit on a session that the caller holds; rolled back when it throws. */
export async function runTransaction<T>(run: Run, work: (transaction: Sql) => Promise<T>): Promise<T> {
  const transaction: Sql = {
    atOnce: 1,
    query: async <R extends Row>(text: string, parameters?: readonly unknown[]) =>
      (await run(text, parameters)).rows as R[],
    transaction: (inner) => inner(transaction),
  };
  await run("begin");
  let result: T;
  try {
    result = await work(transaction);
  } catch (error) {
    // Where the connection itself is what failed, the server has rolled back already.
    await run("rollback").catch(() => undefined);
    throw error;
  }
  // PostgreSQL answers the commit of a failed transaction with a rollback and no error.
  const { command } = await run("commit");
  if (command === "ROLLBACK")
    throw new Error("The transaction was rolled back: an error in it was caught and ignored.");
  return result;
}
