import { groupCalls } from "@pharmadb/contracts";
import { isLate, isRefused } from "../database-error.ts";
import type { Sql } from "../sql.ts";
import { type StepWrite, type WrittenStep, writeSteps } from "./write-steps.ts";

const MAX_WRITES = 200;
const MAX_CHARACTERS = 2 * 1024 * 1024;

/** Makes one write, in one statement with those of other jobs that come at the same time; null where it was not made. */
export type JournalWriter = (write: StepWrite) => Promise<WrittenStep | null>;

/** Opens the one way in for the steps of a process that runs many jobs at once. */
export function openJournalWriter(sql: Sql): JournalWriter {
  return groupCalls<StepWrite, WrittenStep | null>((writes) => writeInRounds(sql, writes), {
    maxCalls: MAX_WRITES,
    maxSize: MAX_CHARACTERS,
    sizeOf: sizeOfWrite,
  });
}

/** Its main parts: what a step gave and the content of its evidence are what can be large. */
function sizeOfWrite({ step, evidence }: StepWrite): number {
  const content = evidence.reduce((sum, item) => sum + JSON.stringify(item.content).length, 0);
  return (step?.outputJson.length ?? 0) + content;
}

/** A statement changes a row once: the second write of a job waits for the next one. */
async function writeInRounds(sql: Sql, writes: readonly StepWrite[]): Promise<(WrittenStep | null | Error)[]> {
  const results = new Map<StepWrite, WrittenStep | null | Error>();
  let left = [...writes];
  while (left.length > 0) {
    const jobs = new Set<string>();
    const round = left.filter(({ researchId }) => !jobs.has(researchId) && jobs.add(researchId));
    const written = await writeApart(sql, round);
    for (const [index, write] of round.entries()) results.set(write, written[index] ?? null);
    left = left.filter((write) => !results.has(write));
  }
  return writes.map((write) => results.get(write) ?? null);
}

/**
 * One write that the database refuses, that waits for a lock, or that has no text, being nested too deep, or a lost
 * deadlock, must not undo the others.
 */
async function writeApart(sql: Sql, writes: StepWrite[]): Promise<(WrittenStep | null | Error)[]> {
  try {
    return await writeSteps(sql, writes);
  } catch (error) {
    const isOfOne = isRefused(error) || isLate(error) || error instanceof RangeError;
    if (writes.length === 1 || !isOfOne) return writes.map(() => error as Error);
    const middle = Math.ceil(writes.length / 2);
    return [...(await writeApart(sql, writes.slice(0, middle))), ...(await writeApart(sql, writes.slice(middle)))];
  }
}
