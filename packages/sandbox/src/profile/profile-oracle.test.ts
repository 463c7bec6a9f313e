import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { TableFileProfile } from "@pharmadb/contracts";
import { afterAll, expect, test } from "vitest";
import { identifier, literal } from "../child/quote.ts";
import { openTestSandbox } from "../testing/open-test-sandbox.ts";
import { tableProfileOf } from "../testing/table-profile-of.ts";

const PILOT = resolve(import.meta.dirname, "../../../../../shared/data/cdiscpilot01/csv");
const SMALL_ROWS = 5000;

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

test.skipIf(!existsSync(PILOT))(
  "profiles of trial data count as the engine alone does (skipped without ../shared)",
  async () => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    try {
      for (const name of ["adsl", "adae", "ts"]) {
        const file = await opened.uploadFrom(`${PILOT}/${name}.csv`);
        const table = `read_csv(${literal(`${PILOT}/${name}.csv`)}, all_varchar = true)`;
        const { columns, row_count: rowCount } = file.profile as TableFileProfile;
        for (const column of columns) {
          const value = `nullif(${identifier(column.name)}, '')`;
          const sql = `SELECT ${value} AS v, count(*) AS n FROM ${table} GROUP BY 1 HAVING v IS NOT NULL ORDER BY n DESC`;
          const groups = (await connection.runAndReadAll(sql)).getRows().map(([, n]) => Number(n));
          const filled = groups.reduce((sum, n) => sum + n, 0);
          const shown = `${name}.${column.name}`;
          expect(column.distinct_count, shown).toBe(groups.length);
          expect(column.null_share, shown).toBe(1 - filled / rowCount);
          expect(
            column.common.map(({ count }) => count),
            shown,
          ).toEqual(groups.slice(0, 20));
        }
      }
    } finally {
      connection.disconnectSync();
      instance.closeSync();
    }
  },
);

test("a long table has the profile of the short one that it repeats", async () => {
  const header = "T,N,X,D,W,TM,B,E";
  const rows = Array.from({ length: 2000 }, (_, i) =>
    [
      i % 7 === 0 ? "" : `t${i % 31}`,
      i % 5 === 0 ? "" : i % 50,
      i / 8,
      `20${10 + (i % 10)}-0${1 + (i % 9)}-15`,
      `2014-01-0${1 + (i % 9)}T10:00:0${i % 10}`,
      `0${i % 10}:30:00`,
      i % 3 === 0,
      "",
    ].join(","),
  );
  const short = tableProfileOf(await opened.inspect("short.csv", `${[header, ...rows].join("\n")}\n`));
  const long = tableProfileOf(await opened.inspect("long.csv", `${[header, ...rows, ...rows, ...rows].join("\n")}\n`));
  expect(short.row_count).toBeLessThan(SMALL_ROWS);
  expect(long.row_count).toBeGreaterThan(SMALL_ROWS);
  expect(short.columns.map(({ type }) => type)).toEqual(
    "text integer number date timestamp time boolean text".split(" "),
  );
  const repeated = short.columns.map((column) => ({
    ...column,
    common: column.common.map(({ value, count }) => ({ value, count: count * 3 })),
  }));
  expect(long.columns).toEqual(repeated);
});
