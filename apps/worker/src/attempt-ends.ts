import type { JsonValue } from "@pharmadb/contracts";

/**
 * How an attempt ended whose process lived to say so. Kept in the job's journal, one entry an attempt; an attempt
 * without one took its process down, or was lost with it.
 */
export type AttemptEnd = "failed" | "retried" | "handed_back";

const KEY = /^attempt\.(\d+)\.end$/;

/** The journal key under which the end of an attempt is kept. */
export function attemptEndKey(attempt: number): string {
  return `attempt.${attempt}.end`;
}

/**
 * How often the job has been tried before and failed, over all its time. What an earlier try came to is asked again in
 * the next one, but not where a try goes on after a crash.
 */
export function failedTries(journal: ReadonlyMap<string, JsonValue>): number {
  return [...journal].filter(([key, end]) => KEY.test(key) && end !== "handed_back").length;
}

/** What came before this attempt, since the job was last submitted or retried by its owner. */
export function attemptHistory(journal: ReadonlyMap<string, JsonValue>, attempt: number) {
  const ends = new Map<number, AttemptEnd>();
  for (const [key, end] of journal) {
    const number = KEY.exec(key)?.[1];
    if (number !== undefined) ends.set(Number(number), end as AttemptEnd);
  }
  const failed = [...ends].filter(([, end]) => end === "failed").map(([number]) => number);
  const since = Math.max(0, ...failed);
  const earlier = Array.from({ length: attempt - 1 - since }, (_, index) => ends.get(since + 1 + index));
  return {
    /** Attempts that ended without a word. */
    crashes: earlier.filter((end) => end === undefined).length,
    /** Attempts that ended with an error worth another try. */
    retries: earlier.filter((end) => end === "retried").length,
  };
}
