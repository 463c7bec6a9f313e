import fc from "fast-check";
import { expect, test } from "vitest";
import type { JobFile } from "./job-file.ts";
import { RESERVED_WORDS } from "./reserved-words.ts";
import { tablesOf } from "./tables-of.ts";

function tableFile(name: string, tables: (string | null)[] = [null]): JobFile {
  const [first, ...more] = tables.map((table) => ({ name: table, label: null, row_count: 0, columns: [] }));
  if (first === undefined) throw new Error("A table file holds a table.");
  const profile = { ...first, more_tables: more };
  return {
    id: name,
    name,
    bytes: 1,
    sha256: "0".repeat(64),
    media_type: "text/csv",
    kind: "table",
    profile,
    path: "/x",
  };
}

function namesOf(...files: JobFile[]): string[] {
  return tablesOf(files).map(({ table }) => table);
}

test("a table is named after its file in lower case, without folders and endings", () => {
  expect(namesOf(tableFile("ADAE.xpt"), tableFile("a/b/Vital Signs.csv.gz"), tableFile("LB"))).toEqual([
    "adae",
    "vital_signs",
    "lb",
  ]);
});

test("names that SQL would not take without quotes get a prefix", () => {
  expect(namesOf(tableFile("order.csv"), tableFile("2017q2.txt"), tableFile("duckdb_tables.csv"))).toEqual([
    "t_order",
    "t_2017q2",
    "t_duckdb_tables",
  ]);
});

test("the sheets of one file carry its name before their own", () => {
  expect(namesOf(tableFile("Study 1.xlsx", ["Demo", "AE/CM"]))).toEqual(["study_1_demo", "study_1_ae_cm"]);
});

test("a single data set is named after its file alone", () => {
  expect(namesOf(tableFile("ae.xpt", ["AE"]))).toEqual(["ae"]);
});

test("documents have no tables", () => {
  const profile = { title: null, page_count: 1, passage_count: 0, character_count: 0, sections: [], warnings: [] };
  expect(tablesOf([{ ...tableFile("a.csv"), kind: "document", profile }])).toEqual([]);
});

test("any file names give names that are unique, plain and not reserved", () => {
  const name = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom("ae.csv", "AE.CSV", "ae_2.csv", "select.csv", ".csv"),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), (names) => {
      const tables = namesOf(...names.map((each) => tableFile(each)));
      expect(new Set(tables).size).toBe(names.length);
      for (const table of tables) {
        expect(table).toMatch(/^[\p{L}][\p{L}\p{N}_]*$/u);
        expect(table).toBe(table.toLowerCase());
        expect(RESERVED_WORDS.has(table)).toBe(false);
      }
    }),
  );
});
