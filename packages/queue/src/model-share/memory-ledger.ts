import { type ModelLimits, type Place, type ShareLedger, SLICES, SLICES_AHEAD } from "./share-ledger.ts";

type Used = { requests: number; tokens: number };

const NONE: Used = { requests: 0, tokens: 0 };

/** The ledger of one process. */
export function createMemoryLedger(limits: ModelLimits, { sliceMs }: { sliceMs: number }): ShareLedger {
  const [maxRequests, maxTokens] = [limits.requestsPerMinute ?? Infinity, limits.tokensPerMinute ?? Infinity];
  const used = new Map<number, Used>();
  const usedIn = (slice: number) => used.get(slice) ?? NONE;

  function add(slice: number, { requests, tokens }: Used): void {
    const { requests: before, tokens: tokensBefore } = usedIn(slice);
    used.set(slice, { requests: before + requests, tokens: tokensBefore + tokens });
  }

  /** The first slice from this one on whose call breaks no minute that it is part of. */
  function firstFree(from: number, tokens: number): number | null {
    let free = from;
    let inside = NONE;
    const enter = (slice: number, sign: 1 | -1) => {
      const { requests, tokens: theirs } = usedIn(slice);
      inside = { requests: inside.requests + sign * requests, tokens: inside.tokens + sign * theirs };
    };
    for (let slice = from - SLICES; slice < from; slice++) enter(slice, 1);
    for (let slice = from; slice <= free + SLICES; slice++) {
      enter(slice, 1);
      if (inside.requests + 1 > maxRequests || inside.tokens + tokens > maxTokens) free = slice + 1;
      if (free - from > SLICES_AHEAD) return null;
      enter(slice - SLICES, -1);
    }
    return free;
  }

  return {
    async reserve(wanted): Promise<Place | null> {
      const nowMs = Date.now();
      const now = Math.floor(nowMs / sliceMs);
      for (const slice of used.keys()) if (slice < now - SLICES) used.delete(slice);
      // One that is larger than a minute goes when it has the minute to itself.
      const tokens = Math.min(wanted, maxTokens);
      const slice = firstFree(now, tokens);
      if (slice === null) return null;
      add(slice, { requests: 1, tokens });
      return { slice, waitMs: slice === now ? 0 : slice * sliceMs - nowMs };
    },
    async correct(slice, change) {
      if (used.has(slice)) add(slice, change);
    },
  };
}
