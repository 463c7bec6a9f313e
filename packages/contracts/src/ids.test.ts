import * as fc from "fast-check";
import { expect, test } from "vitest";
import { firstId, ID_PREFIXES, idPattern, newId } from "./ids.ts";

const LAST_MS = 2 ** 48 - 1;

test("an id matches the pattern of its own prefix and of no other", () => {
  for (const prefix of ID_PREFIXES) {
    const matching = ID_PREFIXES.filter((other) => idPattern(other).test(newId(prefix)));
    expect(matching).toEqual([prefix]);
  }
});

test("ids sort by the millisecond in which they were made", async () => {
  await fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_MS }), fc.integer({ min: 0, max: LAST_MS }), (a, b) => {
      fc.pre(a !== b);
      expect(newId("res", a) < newId("res", b)).toBe(a < b);
    }),
  );
});

test("the first id of a millisecond comes before all others of it and after all before it", async () => {
  await fc.assert(
    fc.property(fc.integer({ min: 1, max: LAST_MS }), (ms) => {
      expect(firstId("file", ms) <= newId("file", ms)).toBe(true);
      expect(firstId("file", ms) > newId("file", ms - 1)).toBe(true);
      expect(firstId("file", ms)).toMatch(idPattern("file"));
    }),
  );
});

test("ids made in the same millisecond differ and sort in the order of their making", () => {
  const ids = Array.from({ length: 100_000 }, () => newId("evt", 1));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});
