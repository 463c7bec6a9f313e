import type { JsonValue, TableContent } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { isSameContent } from "./same-content.ts";

function content(types: string[], rows: JsonValue[][]): TableContent {
  const columns = types.map((type, index) => ({ name: `c${index}`, type }));
  return { columns, rows, row_count: rows.length, truncated: false };
}

const same = (types: string[], a: JsonValue[][], b: JsonValue[][]) =>
  isSameContent(content(types, a), content(types, b));

test("floating-point cells may differ by a billionth of their size, and by no more", () => {
  expect(same(["DOUBLE"], [[0.1 + 0.2]], [[0.3]])).toBe(true);
  expect(same(["DOUBLE"], [[-1e200]], [[-1e200 * (1 + 5e-10)]])).toBe(true);
  expect(same(["DOUBLE"], [[3]], [[3.000000000000001]])).toBe(true);
  expect(same(["DOUBLE"], [[1]], [[1.00000001]])).toBe(false);
  expect(same(["DOUBLE"], [[1e-30]], [[2e-30]])).toBe(false);
  expect(same(["DOUBLE"], [[1]], [[null]])).toBe(false);
  expect(same(["DOUBLE"], [["NaN"]], [["NaN"]])).toBe(true);
  expect(same(["DOUBLE"], [["Infinity"]], [[1]])).toBe(false);
});

test("the tolerance reaches into lists and structures, and a missing part is a difference", () => {
  const types = ["STRUCT(a DOUBLE, b DOUBLE[])"];
  const cell = (a: number, b: JsonValue[]) => [[{ a, b }]];
  expect(same(types, cell(0.3, [0.3, null]), cell(0.1 + 0.2, [0.1 + 0.2, null]))).toBe(true);
  expect(same(types, cell(0.3, [0.3]), cell(0.3, [0.4]))).toBe(false);
  expect(same(types, cell(0.3, [0.3]), cell(0.3, [0.3, 0.3]))).toBe(false);
  expect(same(types, [[{ a: 1 }]], [[{ b: 1 }]])).toBe(false);
});

test("cells of exact types must be equal", () => {
  expect(same(["BIGINT"], [[1_000_000_000_000]], [[1_000_000_000_001]])).toBe(false);
  expect(same(["DECIMAL(18,3)"], [[1_000_000_000_000.001]], [[1_000_000_000_000.002]])).toBe(false);
  expect(same(["VARCHAR"], [["1"]], [[1]])).toBe(false);
});

test("rows in another order are the same, last digits included; one row for another is not", () => {
  const types = ["VARCHAR", "DOUBLE"];
  const first: JsonValue[][] = [
    ["a", 0.3],
    ["a", 0.5],
    ["b", 0.7],
  ];
  expect(
    same(types, first, [
      ["b", 0.7],
      ["a", 0.5],
      ["a", 0.1 + 0.2],
    ]),
  ).toBe(true);
  expect(
    same(types, first, [
      ["b", 0.7],
      ["a", 0.5],
      ["a", 0.5],
    ]),
  ).toBe(false);
  expect(
    same(types, first, [
      ["a", 0.7],
      ["a", 0.5],
      ["b", 0.3],
    ]),
  ).toBe(false);
  expect(same(types, first, first.slice(1))).toBe(false);
  expect(same(types, first, [...first, ["b", 0.7]])).toBe(false);
});

test("other names or types of columns are another content", () => {
  expect(isSameContent(content(["DOUBLE"], [[1]]), content(["BIGINT"], [[1]]))).toBe(false);
});
