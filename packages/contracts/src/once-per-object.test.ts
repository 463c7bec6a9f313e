import { expect, test } from "vitest";
import { oncePerObject } from "./once-per-object.ts";

test("each object is worked on once, equal ones apart, and a result of undefined counts as one", () => {
  let runs = 0;
  const sizeOf = oncePerObject((object: object) => {
    runs++;
    return "size" in object ? object.size : undefined;
  });
  const [small, large, none] = [{ size: 1 }, { size: 2 }, {}];
  expect([small, large, none, small, none].map(sizeOf)).toEqual([1, 2, undefined, 1, undefined]);
  expect(runs).toBe(3);
  expect(sizeOf({ size: 1 })).toBe(1);
  expect(runs).toBe(4);
});

test("what throws is tried again", () => {
  let runs = 0;
  const failing = oncePerObject(() => {
    runs++;
    throw new Error("no");
  });
  const key = {};
  expect(() => failing(key)).toThrow("no");
  expect(() => failing(key)).toThrow("no");
  expect(runs).toBe(2);
});
