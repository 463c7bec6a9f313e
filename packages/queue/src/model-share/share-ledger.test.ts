import { RedisUrl } from "@pharmadb/contracts";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { openRedis } from "../redis/open-redis.ts";
import { findRedis, startRedis } from "../testing/index.ts";
import { createMemoryLedger } from "./memory-ledger.ts";
import { createRedisLedger } from "./redis-ledger.ts";
import { type ModelLimits, type Place, type ShareLedger, SLICES, SLICES_AHEAD } from "./share-ledger.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Thirty years: no slice ends while a test runs, so that what is free now is known. */
const LONG = { sliceMs: 1e12 };

/** A fresh ledger as two processes see it. */
type OpenLedgers = (limits: ModelLimits) => [ShareLedger, ShareLedger];

const hasRedis = findRedis() !== null;

describe("in memory", () => {
  ledgerContract(async (use) =>
    use((limits) => {
      const ledger = createMemoryLedger(limits, LONG);
      return [ledger, ledger];
    }),
  );
});

describe.skipIf(!hasRedis)(`in Redis${hasRedis ? "" : " (no redis-server here)"}`, () => {
  ledgerContract(async (use) => {
    await using server = await startRedis();
    const target = RedisUrl.parse(server.url);
    const log = { info: () => undefined, warn: () => undefined };
    const [one, two] = [
      await openRedis(target, { role: "producer", log }),
      await openRedis(target, { role: "producer", log }),
    ];
    let models = 0;
    try {
      await use((limits) => {
        const options = { ...LONG, model: `model-${models++}` };
        return [createRedisLedger(one, limits, options), createRedisLedger(two, limits, options)];
      });
    } finally {
      one.disconnect();
      two.disconnect();
    }
  });
});

/** The most of what was written down that lies in sixty-one slices in a row. */
function mostInAMinute(places: readonly { slice: number; amount: number }[]): number {
  return Math.max(
    0,
    ...places.map(({ slice: last }) =>
      places
        .filter(({ slice }) => slice <= last && slice >= last - SLICES)
        .reduce((sum, { amount }) => sum + amount, 0),
    ),
  );
}

function ledgerContract(withLedgers: (use: (open: OpenLedgers) => Promise<void>) => Promise<void>): void {
  const placed = (place: Place | null): Place => {
    if (place === null) throw new Error("There was no place.");
    return place;
  };

  test("property: no minute holds more than the limits, whoever asks and whatever is given back", () =>
    withLedgers(async (open) => {
      const limits = fc.record({
        requestsPerMinute: fc.option(fc.integer({ min: 1, max: 12 })),
        tokensPerMinute: fc.option(fc.integer({ min: 10, max: 500 })),
      });
      const call = fc.record({
        tokens: fc.integer({ min: 0, max: 600 }),
        used: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      });
      const property = fc.asyncProperty(limits, fc.array(call, { maxLength: 30 }), async (given, calls) => {
        const ledgers = open(given);
        const { requestsPerMinute = null, tokensPerMinute = null } = given;
        const kept: { slice: number; tokens: number }[] = [];
        const ask = async ({ tokens, used }: (typeof calls)[number], index: number) => {
          const ledger = ledgers[index % 2] ?? ledgers[0];
          const counted = Math.min(tokens, tokensPerMinute ?? tokens);
          const place = await ledger.reserve(tokens);
          if (place === null) return;
          const rest = used === null ? counted : Math.floor(counted * used);
          await ledger.correct(place.slice, { requests: 0, tokens: rest - counted });
          kept.push({ slice: place.slice, tokens: rest });
        };
        // Some at the same time, and the others after them.
        await Promise.all(calls.slice(0, 10).map(ask));
        for (const [index, each] of calls.slice(10).entries()) await ask(each, index);
        const requests = kept.map(({ slice }) => ({ slice, amount: 1 }));
        const tokens = kept.map(({ slice, tokens: amount }) => ({ slice, amount }));
        expect(mostInAMinute(requests)).toBeLessThanOrEqual(requestsPerMinute ?? Number.POSITIVE_INFINITY);
        expect(mostInAMinute(tokens)).toBeLessThanOrEqual(tokensPerMinute ?? Number.POSITIVE_INFINITY);
      });
      await fc.assert(property, { numRuns: 50 });
    }));

  test("what a minute allows goes at once, and what is more a minute later, in its order", () =>
    withLedgers(async (open) => {
      const [one, two] = open({ requestsPerMinute: 3, tokensPerMinute: null });
      const places: Place[] = [];
      for (let n = 0; n < 8; n++) places.push(placed(await (n % 2 ? one : two).reserve(1_000_000)));
      const now = places[0]?.slice ?? 0;
      expect(places.map(({ slice }) => slice - now)).toEqual([0, 0, 0, 61, 61, 61, 122, 122]);
      expect(places.map(({ waitMs }) => waitMs > 0)).toEqual([false, false, false, true, true, true, true, true]);
    }));

  test("a place that is given back is taken by the next, before those that wait behind it", () =>
    withLedgers(async (open) => {
      const [one, two] = open({ requestsPerMinute: 1, tokensPerMinute: 1000 });
      const [first, second, third] = [
        placed(await one.reserve(500)),
        placed(await one.reserve(500)),
        placed(await two.reserve(500)),
      ];
      expect([second.slice, third.slice]).toEqual([first.slice + 61, first.slice + 122]);
      await two.correct(second.slice, { requests: -1, tokens: -500 });
      expect(placed(await one.reserve(500)).slice).toBe(second.slice);
      expect(placed(await one.reserve(500)).slice).toBe(first.slice + 183);
    }));

  test("tokens that a call did not come to are there for the next at once", () =>
    withLedgers(async (open) => {
      const [one, two] = open({ requestsPerMinute: null, tokensPerMinute: 1000 });
      const { slice } = placed(await one.reserve(900));
      expect(placed(await two.reserve(200)).slice).toBe(slice + 61);
      await one.correct(slice, { requests: 0, tokens: -600 });
      expect(placed(await two.reserve(700))).toEqual({ slice, waitMs: 0 });
    }));

  test("a call that is larger than a minute has one to itself", () =>
    withLedgers(async (open) => {
      const [one, two] = open({ requestsPerMinute: null, tokensPerMinute: 1000 });
      const { slice } = placed(await one.reserve(1));
      expect(placed(await two.reserve(5000)).slice).toBe(slice + 61);
      expect(placed(await one.reserve(1)).slice).toBe(slice);
      expect(placed(await two.reserve(1000)).slice).toBe(slice + 122);
    }));

  test("there is an end to the places that are given away ahead", () =>
    withLedgers(async (open) => {
      const [one] = open({ requestsPerMinute: 1, tokensPerMinute: null });
      let places = 0;
      while ((await one.reserve(1)) !== null) places++;
      expect(places).toBe(Math.floor(SLICES_AHEAD / (SLICES + 1)) + 1);
    }));
}
