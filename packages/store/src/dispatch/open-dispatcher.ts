import { groupCalls, within } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { chooseJobs } from "./choose-jobs.ts";
import { readRound } from "./read-round.ts";
import { releaseQueued } from "./release-jobs.ts";
import { type DispatchedJob, takeJobs } from "./take-jobs.ts";

/** Jobs of a round. Where more could go, another round follows at once. */
const MAX_JOBS = 200;
/** A queue that has not answered by then is taken for unreachable. What it takes later is dropped by its readers. */
const ADD_TIMEOUT_MS = 5_000;
/** How long nothing is dispatched after the queue could not be reached. */
const PAUSE_MS = 1_000;
/**
 * How long a process that found no room does not look again for new jobs. Whoever makes room looks by itself, so this is
 * for what others have made room without saying so.
 */
const FULL_MS = 50;

export type DispatcherDeps = {
  sql: Sql;
  /** Puts entries on the queue. */
  add(jobs: readonly DispatchedJob[]): Promise<void>;
  onError(error: unknown): void;
  /** So many places may be free before it looks for who can take them: others have jobs that wait on the queue. */
  spare?: number;
};

export type Dispatcher = {
  /** To be called when a job may have become ready. Answers at once; looks into it soon. */
  poke(): void;
  /** To be called when a worker of this process has ended a job. */
  placeFreed(): void;
  /** Settles when all that could be dispatched at the time of the call has been. Errors go to `onError`. */
  settled(): Promise<void>;
  /** Does nothing more, and waits for what it does. */
  close(): Promise<void>;
};

/**
 * Moves jobs from the backlog to the queue. Any number of processes may have one: rounds of one process follow each
 * other, and of rounds in several processes one counts and the others look again.
 */
export function openDispatcher({ sql, add, onError, spare = 1 }: DispatcherDeps): Dispatcher {
  let pausedUntil = 0;
  let closed = false;
  let freed = 0;
  let fullUntil = 0;
  let later: NodeJS.Timeout | undefined;

  async function dispatch(): Promise<void> {
    for (let more = true; more && !closed && performance.now() >= pausedUntil; ) {
      const round = await readRound(sql, { most: MAX_JOBS });
      fullUntil = round.room.first === 0 ? performance.now() + FULL_MS : 0;
      const choice = chooseJobs(round, MAX_JOBS);
      if (choice.picks.length === 0) return;
      const jobs = await takeJobs(sql, round.round, choice);
      if (jobs && jobs.length > 0) await addOrRelease(jobs);
      more = jobs === null || choice.picks.length === MAX_JOBS;
    }
  }

  async function addOrRelease(jobs: readonly DispatchedJob[]): Promise<void> {
    try {
      await within(ADD_TIMEOUT_MS, add(jobs));
    } catch (error) {
      pausedUntil = performance.now() + PAUSE_MS;
      await releaseQueued(sql, jobs);
      throw error;
    }
  }

  const settled = groupCalls<void, void>(async (calls) => {
    freed = 0;
    await dispatch().catch(onError);
    return calls.map(() => undefined);
  });
  return {
    poke() {
      const waitMs = fullUntil - performance.now();
      if (waitMs <= 0) return void settled();
      later ??= setTimeout(() => {
        later = undefined;
        void settled();
      }, waitMs);
    },
    placeFreed() {
      if (++freed >= spare) void settled();
    },
    settled,
    close() {
      closed = true;
      clearTimeout(later);
      return settled();
    },
  };
}
