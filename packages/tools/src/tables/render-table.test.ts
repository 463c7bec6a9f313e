import type { JsonValue } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderTable } from "./render-table.ts";

function table(names: string[], rows: JsonValue[][], truncated = false) {
  return { columns: names.map((name) => ({ name, type: "VARCHAR" })), rows, row_count: rows.length, truncated };
}

test("a result is a Markdown table with the number of its rows", () => {
  expect(
    renderTable(
      table(
        ["arm", "n"],
        [
          ["Placebo", 86],
          [null, 1.5],
        ],
      ),
    ),
  ).toBe("| arm | n |\n|---|---|\n| Placebo | 86 |\n| NULL | 1.5 |\n(2 rows)");
});

test("pipes, line breaks and backslashes in a cell stay inside it", () => {
  const text = renderTable(table(["a|b"], [["x | y\r\n| fake | row |\\"], [{ deep: ["|"] }]]));
  expect(text.split("\n")).toEqual([
    "| a\\|b |",
    "|---|",
    "| x \\| y⏎\\| fake \\| row \\|\\\\ |",
    '| {"deep":["\\|"]} |',
    "(2 rows)",
  ]);
});

test("rows beyond the size are cut and counted", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [`subject ${i}`]);
  const text = renderTable(table(["id"], rows), 1000);
  const shown = text.split("\n").length - 3;
  expect(Buffer.byteLength(text)).toBeLessThan(1200);
  expect(text).toContain(`(1000 rows; only the first ${shown} are shown here (${1000 - shown} cut))`);
});

test("a result that the query limit has cut says so", () => {
  expect(renderTable(table(["a"], [["x"]], true))).toContain("more rows exist");
});

test("whatever the cells hold, there are as many lines as rows and as many cells as columns", () => {
  const cell = fc.oneof(fc.string({ unit: "binary" }), fc.constant(null), fc.integer(), fc.constant("|\n\\|\u2028"));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (rows) => {
      const lines = renderTable(table(["a", "b"], rows), 1_000_000).split(/[\n\r\u2028\u2029\u0085]/);
      expect(lines).toHaveLength(rows.length + 3);
      for (const line of lines.slice(2, -1)) expect(line.replace(/\\./g, "").split("|")).toHaveLength(4);
    }),
  );
});
