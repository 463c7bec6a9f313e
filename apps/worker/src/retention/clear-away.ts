import {
  daysBefore,
  dropBytes,
  type ExpiryCursor,
  expireBatch,
  expireBatchJobs,
  expireBatchLines,
  expireFile,
  expireResearch,
  type FileStorage,
  forgetIdempotencyKeys,
  forgetSkippedRuns,
  listExpiredBatches,
  listLeavingBytes,
  listOldFiles,
  logsKeptSince,
  type Sql,
} from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { clearDeliveries } from "./clear-deliveries.ts";

/** A job has tens of rows; a statement that erases so many is over in a moment, and its locks with it. */
const JOBS_A_STEP = 100;
const ROWS_A_STEP = 500;

export type ClearedAway = {
  research: number;
  batches: number;
  files: number;
  bytes: number;
  deliveries: number;
  skipped: number;
  keys: number;
};

export type ClearAwayDeps = {
  sql: Sql;
  files: Pick<FileStorage, "remove">;
  log: Logger;
  /** Null: nothing expires, and only what was to go in any case goes. */
  retentionDays: number | null;
  now: Date;
  /** Called between two steps, which gives the database its rest; a rejection ends all. */
  rest(): Promise<void>;
};

/** Erases what has expired, in steps: jobs and batches, then files that none of them names any more, then bytes. */
export async function clearAway(deps: ClearAwayDeps): Promise<ClearedAway> {
  const cleared = {
    research: 0,
    batches: 0,
    files: 0,
    bytes: 0,
    deliveries: 0,
    skipped: 0,
    keys: await forgetKeys(deps),
  };
  if (deps.retentionDays !== null) {
    cleared.research = await clearResearch(deps);
    const { batches, research } = await clearBatches(deps);
    cleared.batches = batches;
    cleared.research += research;
    cleared.files = await clearFiles(deps, daysBefore(deps.now, deps.retentionDays));
  }
  cleared.deliveries = await clearDeliveries(deps);
  cleared.skipped = await forgetSkipped(deps);
  cleared.bytes = await clearBytes(deps);
  return cleared;
}

async function forgetKeys({ sql, now, rest }: ClearAwayDeps): Promise<number> {
  return repeat(rest, () => forgetIdempotencyKeys(sql, { now, limit: ROWS_A_STEP }));
}

/** Times of schedules that passed without a job, which may happen each minute. With a job they go with it. */
async function forgetSkipped({ sql, now, retentionDays, rest }: ClearAwayDeps): Promise<number> {
  const before = logsKeptSince(now, retentionDays);
  return repeat(rest, () => forgetSkippedRuns(sql, { before, limit: ROWS_A_STEP }));
}

async function clearResearch({ sql, now, rest }: ClearAwayDeps): Promise<number> {
  let removed = 0;
  let after: ExpiryCursor | null = null;
  do {
    const step = await expireResearch(sql, { now, after, limit: JOBS_A_STEP });
    removed += step.removed;
    after = step.next;
    await rest();
  } while (after !== null);
  return removed;
}

async function clearBatches({ sql, now, rest }: ClearAwayDeps): Promise<{ batches: number; research: number }> {
  const cleared = { batches: 0, research: 0 };
  for await (const id of pages(
    (after) => listExpiredBatches(sql, { now, after, limit: JOBS_A_STEP }),
    (each) => each,
  )) {
    cleared.research += await repeat(rest, () => expireBatchJobs(sql, id, JOBS_A_STEP));
    await repeat(rest, () => expireBatchLines(sql, id, ROWS_A_STEP));
    if (await expireBatch(sql, id)) cleared.batches++;
  }
  return cleared;
}

async function clearFiles({ sql, rest }: ClearAwayDeps, before: Date): Promise<number> {
  let removed = 0;
  for await (const file of pages(
    (after) => listOldFiles(sql, { before, after, limit: ROWS_A_STEP }),
    ({ id }) => id,
  )) {
    if (file.isNamed) continue;
    if ((await expireFile(sql, file)).outcome === "deleted") removed++;
    await rest();
  }
  return removed;
}

/** After their rows, so that no file is there without its bytes; what a storage that is out keeps goes the next time. */
async function clearBytes({ sql, files, log, rest }: ClearAwayDeps): Promise<number> {
  let removed = 0;
  for await (const key of pages(
    (after) => listLeavingBytes(sql, { after, limit: ROWS_A_STEP }),
    (each) => each,
  )) {
    await dropBytes(sql, files, key).then(
      () => removed++,
      (error: unknown) => log.warn("bytes not removed yet", { storage_key: key, error }),
    );
    await rest();
  }
  return removed;
}

/** Does a step until it finds nothing; gives the sum of what it did. */
async function repeat(rest: () => Promise<void>, step: () => Promise<number>): Promise<number> {
  for (let sum = 0; ; ) {
    const done = await step();
    if (done === 0) return sum;
    sum += done;
    await rest();
  }
}

async function* pages<T>(read: (after: string) => Promise<T[]>, keyOf: (item: T) => string): AsyncGenerator<T> {
  for (let after = ""; ; ) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = keyOf(last);
  }
}
