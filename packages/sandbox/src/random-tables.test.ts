import { DuckDBInstance } from "@duckdb/node-api";
import type { JsonValue } from "@pharmadb/contracts";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { jsonCell } from "./child/json-cell.ts";
import { literal } from "./child/quote.ts";
import { openTestSandbox } from "./testing/open-test-sandbox.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

type Row = { n: number | null; x: number | null; d: string | null; g: string; t: string | null };

const day = fc
  .date({ min: new Date("1900-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
// The letter before it keeps a text of digits a text; a carriage return alone is a line end to some.
const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((each) => `t${each.replace(/[\0\r]/g, "")}`);
const row: fc.Arbitrary<Row> = fc.record({
  n: fc.option(fc.integer(), { freq: 5 }),
  x: fc.option(
    fc.integer({ min: -1_000_000, max: 1_000_000 }).map((each) => each / 64),
    { freq: 5 },
  ),
  d: fc.option(day, { freq: 5 }),
  g: fc.constantFrom("A", "B", "C"),
  t: fc.option(text, { freq: 5 }),
});
const typed: Row = { n: 1, x: 0.5, d: "2014-01-02", g: "A", t: "t" };

const AGGREGATES = [
  "count(*)",
  "count(n)",
  "sum(n)",
  "min(x)",
  "max(d)",
  "count(DISTINCT t)",
  "median(n)",
  "avg(x)",
  "min(t)",
  "list(n ORDER BY n)",
];
const FILTERS = [
  "true",
  "n > 0",
  "x IS NULL",
  "d >= DATE '2000-01-01'",
  "g IN ('A', 'B')",
  "t LIKE '%a%'",
  "length(t) > 3 OR n < 0",
];
const statement = fc
  .record({
    aggregates: fc.subarray(AGGREGATES, { minLength: 1 }),
    filter: fc.constantFrom(...FILTERS),
    isGrouped: fc.boolean(),
  })
  .map(({ aggregates, filter, isGrouped }) => {
    const [select, end] = isGrouped ? ["g, ", " GROUP BY g ORDER BY g"] : ["", ""];
    return `SELECT ${select}${aggregates.join(", ")} FROM tab WHERE ${filter}${end}`;
  });

test("random tables answer random SQL in the sandbox as they do in the engine alone", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.array(statement, { minLength: 1, maxLength: 5 }),
      async (rows, statements) => {
        const all = [typed, ...rows];
        const file = await opened.upload("tab.csv", csvOf(all));
        const expected = await plainResults(all, statements);
        for (const [index, sql] of statements.entries()) {
          expect((await opened.query([file], sql)).rows, sql).toEqual(expected[index]);
        }
      },
    ),
    { numRuns: 15 },
  );
});

function csvOf(rows: Row[]): string {
  const cell = (value: string | number | null) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
  const lines = rows.map(({ n, x, d, g, t }) => [n, x, d, g, t].map(cell).join(","));
  return `${["n,x,d,g,t", ...lines].join("\n")}\n`;
}

async function plainResults(rows: Row[], statements: string[]): Promise<JsonValue[][][]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const value = (each: string | number | null) => (typeof each === "string" ? literal(each) : String(each));
    const values = rows.map(({ n, x, d, g, t }) => `(${[n, x, d, g, t].map(value).join(", ")})`);
    await connection.run("CREATE TABLE tab (n BIGINT, x DOUBLE, d DATE, g VARCHAR, t VARCHAR)");
    await connection.run(`INSERT INTO tab VALUES ${values.join(", ")}`);
    const results: JsonValue[][][] = [];
    for (const sql of statements) {
      const found = (await connection.runAndReadAll(sql)).getRows();
      results.push(found.map((cells) => cells.map((cell) => jsonCell(cell))));
    }
    return results;
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}
