import { availableParallelism } from "node:os";
import { AppError } from "@pharmadb/contracts";

/** Tables of so many rows in all take long enough for more threads to pay. */
const LARGE_ROW_COUNT = 1_000_000;
const MOST_THREADS = 4;

/**
 * Threads of the engine in a query over tables of so many rows. With one, a query run again gives the same last digits
 * and the same order of rows; with more, large tables are answered in the time that the machine allows.
 */
export function queryThreads(rowCount: number, cores: number = availableParallelism()): number {
  return rowCount < LARGE_ROW_COUNT ? 1 : Math.min(MOST_THREADS, cores);
}

/**
 * Runs a query on so many threads, and on one where they need too much memory: each holds intermediate values of its
 * own, so that what is too much for several may fit into one.
 */
export async function runOnThreads<T>(threads: number, run: (threads: number) => Promise<T>): Promise<T> {
  try {
    return await run(threads);
  } catch (error) {
    if (threads > 1 && error instanceof AppError && error.details.reason === "memory") return await run(1);
    throw error;
  }
}
