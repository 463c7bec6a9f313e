import { expect, test } from "vitest";
import { type AttemptEnd, attemptEndKey, attemptHistory, failedTries } from "./attempt-ends.ts";

/** The history before attempt `ends.length + 1`, where undefined is an attempt that ended without a word. */
function historyAfter(...ends: (AttemptEnd | undefined)[]) {
  const journal = new Map<string, string>([["plan.turn.1.model", "failed"]]);
  for (const [index, end] of ends.entries()) if (end) journal.set(attemptEndKey(index + 1), end);
  return attemptHistory(journal, ends.length + 1);
}

test("a first attempt has no history", () => {
  expect(historyAfter()).toEqual({ crashes: 0, retries: 0 });
});

test("only attempts that ended without a word are crashes; being handed back is none", () => {
  expect(historyAfter("handed_back", undefined, "retried", undefined, "handed_back")).toEqual({
    crashes: 2,
    retries: 1,
  });
});

test("a retry by the job's owner starts the count anew", () => {
  expect(historyAfter(undefined, "retried", "retried", "failed", undefined)).toEqual({ crashes: 1, retries: 0 });
});

test("a try is over where it failed, not where its process ended or was stopped", () => {
  const ends = ["handed_back", "retried", "failed", "handed_back"] as const;
  const journal = new Map<string, string>(ends.map((end, index) => [attemptEndKey(index + 1), end]));
  expect(failedTries(journal.set("plan.turn.1.model", "failed"))).toBe(2);
});
