import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readByteRange } from "./byte-range.ts";

test("ranges are read as RFC 9110 has them", () => {
  const cases: Record<string, unknown> = {
    "bytes=0-0": { start: 0, end: 0 },
    "bytes=5-": { start: 5, end: 9 },
    "bytes=-3": { start: 7, end: 9 },
    "bytes=-30": { start: 0, end: 9 },
    "bytes=3-100": { start: 3, end: 9 },
    "Bytes = 1 - 2": { start: 1, end: 2 },
    "bytes=10-": "unsatisfiable",
    "bytes=-0": "unsatisfiable",
    "bytes=4-2": "whole",
    "bytes=-": "whole",
    "bytes=0-1,4-5": "whole",
    "lines=0-1": "whole",
    "": "whole",
  };
  for (const [header, expected] of Object.entries(cases)) expect(readByteRange(header, 10), header).toEqual(expected);
  expect(readByteRange(undefined, 10)).toBe("whole");
  expect(readByteRange("bytes=0-", 0)).toBe("unsatisfiable");
});

test("whatever the header, a range lies within the file", async () => {
  const part = fc.oneof(fc.nat().map(String), fc.constant(""), fc.bigInt({ min: 0n }).map(String), fc.string());
  await fc.assert(
    fc.property(part, part, fc.nat(), (first, last, size) => {
      const range = readByteRange(`bytes=${first}-${last}`, size);
      if (typeof range === "string") return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.start).toBeLessThanOrEqual(range.end);
      expect(range.end).toBeLessThan(size);
    }),
  );
});
