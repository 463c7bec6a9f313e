/** However long a receiver asks for, it is asked again within a day. */
const LONGEST_ASKED_MS = 86_400_000;
/** What failed together shall not come back together. */
const JITTER = 0.2;

/**
 * The wait before the next attempt after `tries` that failed: by the schedule, a fifth more or less by chance, and never
 * less than the receiver asked for. Null where the schedule is over.
 */
export function retryWaitMs(
  { tries, schedule, askedMs }: { tries: number; schedule: readonly number[]; askedMs: number | null },
  random: () => number = Math.random,
): number | null {
  const planned = schedule[tries - 1];
  if (planned === undefined) return null;
  const jittered = planned * (1 - JITTER + 2 * JITTER * random());
  return Math.round(Math.max(jittered, Math.min(askedMs ?? 0, LONGEST_ASKED_MS)));
}

/** The wait that a `Retry-After` asks for, in seconds or as a date; null where it makes no sense. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Za-z]{3}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
