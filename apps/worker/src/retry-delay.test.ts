import { AppError } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const TIMING = { retryBaseMs: 1000, retryMaxMs: 60_000 };
const error = (retryAfterSeconds?: number) =>
  new AppError("rate_limited", "Later.", retryAfterSeconds === undefined ? {} : { retryAfterSeconds });

test("the wait doubles with each try and stays between half and all of it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, chance) => {
      const full = Math.min(60_000, 1000 * 2 ** (tries - 1));
      const delay = retryDelayMs(error(), tries, TIMING, () => chance);
      expect(delay).toBeGreaterThanOrEqual(full / 2);
      expect(delay).toBeLessThanOrEqual(full);
    }),
  );
});

test("it is never shorter than the other side asked for, and may be longer than our own limit", () => {
  expect(retryDelayMs(error(90), 1, TIMING)).toBe(90_000);
  expect(retryDelayMs(error(0.1), 1, TIMING, () => 0)).toBe(500);
});
