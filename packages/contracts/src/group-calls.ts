import { setImmediate as eventLoopTurn } from "node:timers/promises";

export type GroupLimits<T> = {
  maxCalls?: number;
  /** A group ends before the call that would take it beyond this sum of sizes; one call alone may be larger. */
  maxSize?: number;
  sizeOf?(value: T): number;
  /**
   * So many groups may be under way at a time, 1 unless told otherwise: another one begins when `enough` calls wait, so
   * that some are served while others are on their way here.
   */
  atOnce?: number;
  enough?: number;
};

type Call<T, R> = { value: T; resolve(result: R): void; reject(error: unknown): void };

/**
 * A function whose concurrent calls are served in groups, one group at a time: calls that come while one is under way
 * make up the next. Nothing waits for company, but calls that the event loop already holds ready come along. Each
 * call gets the result in its place; an `Error` there fails that call alone, a rejection fails the whole group.
 */
export function groupCalls<T, R>(
  serve: (values: T[]) => Promise<readonly (R | Error)[]>,
  limits: GroupLimits<T> = {},
): (value: T) => Promise<R> {
  let waiting: Call<T, R>[] = [];
  let underWay = 0;

  async function serveWaiting(): Promise<void> {
    underWay++;
    while (waiting.length > 0) {
      // A server in this process may hold up the event loop while it works, so that all who could call meanwhile
      // would find it idle, one after the other.
      await eventLoopTurn();
      // Another group may have taken them.
      if (waiting.length === 0) break;
      const count = groupLength(waiting, limits);
      const group = waiting.slice(0, count);
      waiting = waiting.slice(count);
      await serveGroup(serve, group);
    }
    underWay--;
  }

  return (value) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ value, resolve, reject });
      const { atOnce = 1, enough = 1 } = limits;
      if (underWay === 0 || (underWay < atOnce && waiting.length >= enough)) void serveWaiting();
    });
}

function groupLength<T>(waiting: readonly { value: T }[], limits: GroupLimits<T>): number {
  const { maxCalls = Number.POSITIVE_INFINITY, maxSize = Number.POSITIVE_INFINITY, sizeOf = () => 0 } = limits;
  if (waiting.length === 1) return 1;
  let size = 0;
  const end = waiting.findIndex(({ value }, index) => {
    size += sizeOf(value);
    return index > 0 && (index >= maxCalls || size > maxSize);
  });
  return end < 0 ? waiting.length : end;
}

async function serveGroup<T, R>(
  serve: (values: T[]) => Promise<readonly (R | Error)[]>,
  group: readonly Call<T, R>[],
): Promise<void> {
  try {
    const results = await serve(group.map(({ value }) => value));
    if (results.length !== group.length) throw new Error(`${group.length} calls were given ${results.length} results.`);
    results.forEach((result, index) => {
      if (result instanceof Error) group[index]?.reject(result);
      else group[index]?.resolve(result);
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
