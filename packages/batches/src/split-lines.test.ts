import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter, type Line } from "./split-lines.ts";

const text = (lines: Line[]) => lines.map(({ line, bytes }) => [line, bytes?.toString("latin1") ?? null]);

function split(chunks: string[], maxLineBytes = 100): Line[] {
  const splitter = createLineSplitter({ maxLineBytes });
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk, "latin1"))), ...splitter.end()];
}

test("lines keep their numbers among all lines, and blank ones are left out", () => {
  expect(text(split(["a\n\n  \r\nb\r\n\t\nc"]))).toEqual([
    [1, "a"],
    [4, "b\r"],
    [6, "c"],
  ]);
  expect(split([])).toEqual([]);
  expect(split(["\n\n"])).toEqual([]);
});

test("a byte order mark is no part of the first line", () => {
  expect(text(split(["\xef", "\xbb\xbfa\n\xef\xbb\xbfb"]))).toEqual([
    [1, "a"],
    [2, "\xef\xbb\xbfb"],
  ]);
  expect(split(["\xef\xbb\xbf\n"])).toEqual([]);
});

test("of a line that is too long nothing is kept but its number", () => {
  expect(text(split(["aaaa\nbbbbb\ncc", "cccc\nd"], 4))).toEqual([
    [1, "aaaa"],
    [2, null],
    [3, null],
    [4, "d"],
  ]);
});

test("however the bytes arrive, and wherever reading goes on, the lines are the same", async () => {
  const piece = fc.constantFrom("a", "bc", "\n", "\r\n", " ", "long line", "ä");
  await fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(80)), fc.nat(20), (pieces, cuts, stop) => {
      const whole = Buffer.from(pieces.join(""));
      const at = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b);
      const chunks = [0, ...at].map((start, index) => whole.subarray(start, at[index] ?? whole.length));
      const read = (begin: { readLines: number; readBytes: number }, parts: Buffer[]) => {
        const splitter = createLineSplitter({ maxLineBytes: 5, ...begin });
        return [...parts.flatMap((part) => splitter.push(part)), ...splitter.end()];
      };
      const lines = read({ readLines: 0, readBytes: 0 }, [whole]);
      expect(read({ readLines: 0, readBytes: 0 }, chunks)).toEqual(lines);
      const last = lines[stop % Math.max(1, lines.length)];
      if (!last) return;
      const rest = read({ readLines: last.line, readBytes: last.readBytes }, [whole.subarray(last.readBytes)]);
      expect(rest).toEqual(lines.slice(lines.indexOf(last) + 1));
    }),
  );
});
