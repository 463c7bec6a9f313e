import fc from "fast-check";
import { expect, test } from "vitest";
import { retryAfterMs, retryWaitMs } from "./retry-wait.ts";

const DAY_MS = 86_400_000;
const schedule = fc.array(fc.integer({ min: 1, max: 10 * DAY_MS }), { maxLength: 12 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

test("each wait is the scheduled one, a fifth more or less, and there are as many as the schedule has", () => {
  fc.assert(
    fc.property(schedule, chance, (waits, random) => {
      for (let tries = 1; tries <= waits.length; tries++) {
        const wait = retryWaitMs({ tries, schedule: waits, askedMs: null }, () => random) ?? Number.NaN;
        const planned = waits[tries - 1] ?? Number.NaN;
        expect(wait).toBeGreaterThanOrEqual(Math.floor(planned * 0.8));
        expect(wait).toBeLessThanOrEqual(Math.ceil(planned * 1.2));
      }
      expect(retryWaitMs({ tries: waits.length + 1, schedule: waits, askedMs: 1 }, () => random)).toBeNull();
    }),
  );
});

test("what a receiver asks for makes the wait longer, never shorter, and a day at the most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * DAY_MS }), chance, (askedMs, random) => {
      const wait = retryWaitMs({ tries: 1, schedule: [5000], askedMs }, () => random) ?? Number.NaN;
      const plain = retryWaitMs({ tries: 1, schedule: [5000], askedMs: null }, () => random) ?? Number.NaN;
      expect(wait).toBe(Math.max(plain, Math.min(askedMs, DAY_MS)));
    }),
  );
});

test("the waits spread over the whole of their range", () => {
  const waits = Array.from({ length: 1000 }, () => retryWaitMs({ tries: 1, schedule: [1000], askedMs: null }) ?? 0);
  expect(Math.min(...waits)).toBeLessThan(850);
  expect(Math.max(...waits)).toBeGreaterThan(1150);
});

test("Retry-After is read as seconds or as a date, and anything else says nothing", () => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  expect(retryAfterMs("120", now)).toBe(120_000);
  expect(retryAfterMs("Fri, 27 Nov 2026 12:01:00 GMT", now)).toBe(60_000);
  expect(retryAfterMs("Fri, 27 Nov 2026 11:00:00 GMT", now)).toBe(0);
  for (const nonsense of [null, "", "soon", "-5", "1.5", "1e9", "2026-11-27", "99999999999"]) {
    expect(retryAfterMs(nonsense, now), String(nonsense)).toBeNull();
  }
});
