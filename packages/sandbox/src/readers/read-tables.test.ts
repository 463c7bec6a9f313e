import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { writeXlsx } from "hucre/xlsx";
import { afterAll, expect, test } from "vitest";
import { openTestSandbox } from "../testing/open-test-sandbox.ts";
import { columnOf, tableProfileOf, typesOf } from "../testing/table-profile-of.ts";
import { writeXpt } from "../testing/write-xpt.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

async function rowsOf(name: string, content: string | Uint8Array, sql: string) {
  return (await opened.query([await opened.upload(name, content)], sql)).rows;
}

test("types are taken only where every value has them, and identifiers keep their zeros", async () => {
  const text =
    "SITEID,SUBJID,AGE,WT,DOB,DTC,WHEN_AT,FLAG,LONG\n001,0105,63,70.5,1950-01-31,2014-03,2014-01-02T10:30:00,true,12345678901234567890\n010,1106,7,1e3,1960-02-29,2014-03-05,2014-01-03T10:30:00,FALSE,2\n";
  expect(typesOf(await opened.inspect("a.csv", text))).toEqual({
    SITEID: "text",
    SUBJID: "text",
    AGE: "integer",
    WT: "number",
    DOB: "date",
    DTC: "text",
    WHEN_AT: "timestamp",
    FLAG: "boolean",
    LONG: "text",
  });
  expect(await rowsOf("a.csv", text, "SELECT SITEID, SUBJID, AGE, WT, DOB, DTC, WHEN_AT, FLAG, LONG FROM a")).toEqual([
    ["001", "0105", 63, 70.5, "1950-01-31", "2014-03", "2014-01-02T10:30:00", true, "12345678901234567890"],
    ["010", "1106", 7, 1000, "1960-02-29", "2014-03-05", "2014-01-03T10:30:00", false, "2"],
  ]);
});

test("a date that no calendar has keeps its column text", async () => {
  expect(typesOf(await opened.inspect("d.csv", "D,N\n2014-02-28,1\n2014-02-30,2\n"))).toEqual({
    D: "text",
    N: "integer",
  });
});

test("a late value of another type makes the column text, however late it comes", async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => `${index},x`);
  const inspected = await opened.inspect("late.csv", `N,T\n${rows.join("\n")}\n5000A,x\n`);
  expect(typesOf(inspected)).toEqual({ N: "text", T: "text" });
});

test("marks of missing values count as none among numbers and as text among texts", async () => {
  const text = "N,T\n1,NA\nNA,A\n.,B\n";
  expect(typesOf(await opened.inspect("na.csv", text))).toEqual({ N: "integer", T: "text" });
  expect(await rowsOf("na.csv", text, "SELECT count(N), count(T) FROM na")).toEqual([[1, 3]]);
});

test.each([
  ["tab.tsv", "a\tb\n1\tx\n", "text/tab-separated-values"],
  ["semi.csv", "a;b\n1;x\n", "text/csv"],
  ["pipe.psv", "a|b\n1|x\n", "text/csv"],
  ["DEMO17Q2.txt", "a$b\n1$x\n", "text/csv"],
])("%s is cut at its own delimiter", async (name, text, mediaType) => {
  const inspected = await opened.inspect(name, text);
  expect(inspected.mediaType).toBe(mediaType);
  expect(typesOf(inspected)).toEqual({ a: "integer", b: "text" });
});

test("quotation marks inside fields of a file without quoting are data", async () => {
  const text = 'id$drug\n1$5" catheter\n2$"open\n3$plain\n';
  expect(await rowsOf("drug.txt", text, "SELECT drug FROM drug ORDER BY id")).toEqual([
    ['5" catheter'],
    ['"open'],
    ["plain"],
  ]);
});

test("quoted values keep line breaks, delimiters and quotation marks", async () => {
  const text = 'id,note\n1,"a\nb, ""c"""\n2,d\n';
  expect(await rowsOf("q.csv", text, "SELECT id, note FROM q ORDER BY id")).toEqual([
    [1, 'a\nb, "c"'],
    [2, "d"],
  ]);
});

test("a CSV with decimal commas is cut at its semicolons", async () => {
  expect(await rowsOf("de.csv", "id;val\n1;1,5\n2;2,25\n", "SELECT id, val FROM de ORDER BY id")).toEqual([
    [1, "1,5"],
    [2, "2,25"],
  ]);
});

test("quoted line breaks of one kind among lines of another are read", async () => {
  const text = 'a,b\r\n1,"x\r\ny"\n2,z\r3,w\n';
  expect(await rowsOf("mixed.csv", text, "SELECT a, b FROM mixed ORDER BY a")).toEqual([
    [1, "x\ny"],
    [2, "z"],
    [3, "w"],
  ]);
});

test("two thousand columns are read", async () => {
  const names = Array.from({ length: 2000 }, (_, index) => `c${index}`).join(",");
  expect(await rowsOf("wide.csv", `${names}\n${names.replaceAll("c", "")}\n`, "SELECT c7, c1999 FROM wide")).toEqual([
    [7, 1999],
  ]);
});

test("a file with different line ends is read whole", async () => {
  expect(await rowsOf("mix.csv", "a,b\r\n1,x\n2,y\r\n3,z\n", "SELECT a, b FROM mix ORDER BY a")).toEqual([
    [1, "x"],
    [2, "y"],
    [3, "z"],
  ]);
});

test("a table without names of columns gets some", async () => {
  const inspected = await opened.inspect("plain.csv", "1,a\n2,b\n");
  expect(typesOf(inspected)).toEqual({ column1: "integer", column2: "text" });
  expect(tableProfileOf(inspected).row_count).toBe(2);
});

test("equal and missing names of columns are told apart", async () => {
  const inspected = await opened.inspect("dup.csv", "a,A,,a\n1,2,3,x\n");
  expect(tableProfileOf(inspected).columns.map((column) => column.name)).toEqual(["a", "A_2", "column3", "a_3"]);
});

test("a header alone is a table of no rows", async () => {
  const inspected = await opened.inspect("head.csv", "USUBJID,AGE\n");
  expect(tableProfileOf(inspected)).toMatchObject({
    row_count: 0,
    columns: [{ name: "USUBJID", null_share: 0 }, { name: "AGE" }],
  });
});

const UMLAUT = "NAME,N\nMüller,1\nŁódź,2\n";
const LATIN = "NAME,N\nMüller “x”,1\n";
test.each([
  ["UTF-8 with a mark", Buffer.from(`\ufeff${UMLAUT}`), "Müller"],
  ["UTF-16 LE", Buffer.from(`\ufeff${UMLAUT}`, "utf16le"), "Müller"],
  ["UTF-16 LE without a mark", Buffer.from(UMLAUT, "utf16le"), "Müller"],
  ["UTF-16 BE", Buffer.from(`\ufeff${UMLAUT}`, "utf16le").swap16(), "Müller"],
  ["Windows-1252", Buffer.from(LATIN.replace("“", "\x93").replace("”", "\x94"), "latin1"), "Müller “x”"],
  ["Latin-1", Buffer.from("NAME,N\nMüller,1\n", "latin1"), "Müller"],
])("text in %s is understood", async (_name, bytes, expected) => {
  expect(await rowsOf("people.csv", bytes, "SELECT NAME FROM people ORDER BY N LIMIT 1")).toEqual([[expected]]);
});

test("a gzipped CSV is the table that it holds", async () => {
  expect(await rowsOf("AE.csv.gz", gzipSync("a,b\n1,x\n"), "SELECT a, b FROM ae")).toEqual([[1, "x"]]);
});

test("JSON comes as an array, a line each or one object after the other", async () => {
  const sql = "SELECT a, b FROM j ORDER BY a";
  const rows = [
    [1, "001"],
    [2, null],
  ];
  expect(await rowsOf("j.json", '[{"a": 1, "b": "001"}, {"a": 2}]', sql)).toEqual(rows);
  expect(await rowsOf("j.ndjson", '{"a": 1, "b": "001"}\n{"a": 2}\n', sql)).toEqual(rows);
  expect(await rowsOf("j.json", '{\n "a": 1,\n "b": "001"\n}\n{\n "a": 2\n}', sql)).toEqual(rows);
});

test("JSON that wraps one table is that table, and another is taken as it is", async () => {
  const results = [
    { id: 1, t: "a" },
    { id: 2, t: "b" },
  ];
  const wrapped = { meta: { total: 2, license: "x" }, results };
  const sql = "SELECT id, t FROM api ORDER BY id";
  for (const space of [0, 2]) {
    expect(await rowsOf("api.json", JSON.stringify(wrapped, null, space), sql)).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
  }
  const two = JSON.stringify({ a: results, b: results });
  expect(await rowsOf("api.json", two, "SELECT len(a), len(b) FROM api")).toEqual([[2, 2]]);
  expect(await rowsOf("api.json", Buffer.from(`\ufeff${JSON.stringify(wrapped)}`, "utf16le"), sql)).toHaveLength(2);
});

test("nested JSON keeps its structure", async () => {
  const rows = await rowsOf("n.json", '[{"s": {"x": 1, "l": [1, 2]}}]', "SELECT s, s.x, s.l[2] FROM n");
  expect(rows).toEqual([[{ x: 1, l: [1, 2] }, 1, 2]]);
});

test("Parquet keeps the types that it declares", async () => {
  const path = `${opened.directory}/made.parquet`;
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 9007199254740993 AS big, 1.10::DECIMAL(10, 2) AS price, 'x' AS t, '' AS e, DATE '2014-01-02' AS d,
       0.1::FLOAT AS f, '2014-01-02 03:04:05.5+00'::TIMESTAMPTZ AS z, [1, 2] AS l, 'a'::BLOB AS b) TO '${path}'`,
  );
  connection.disconnectSync();
  instance.closeSync();
  const file = await opened.uploadFrom(path);
  const { rows } = await opened.query([file], "SELECT * FROM made");
  expect(rows).toEqual([
    ["9007199254740993", 1.1, "x", "", "2014-01-02", 0.1, "2014-01-02T03:04:05.500Z", [1, 2], "61"],
  ]);
});

test("a workbook gives a table for each visible sheet, without titles above it", async () => {
  const day = (text: string) => new Date(`${text}Z`);
  const bytes = await writeXlsx({
    sheets: [
      {
        name: "Demo graphics",
        rows: [
          ["Table 1", null, null, null],
          [],
          ["SITE", "AGE", "DOB", "SEEN"],
          ["001", 63, day("1950-01-31T00:00:00"), day("2014-01-02T10:30:00")],
          ["010", 64.5, day("1960-02-29T00:00:00"), day("2014-01-03T00:00:00")],
        ],
      },
      {
        name: "AE",
        rows: [
          ["TERM", "OK"],
          ["RASH", true],
        ],
      },
      { name: "Empty", rows: [] },
      { name: "Hidden", rows: [["X"], [1]], hidden: true },
    ],
  });
  const file = await opened.upload("study.xlsx", bytes);
  expect(file.profile).toMatchObject({ name: "Demo graphics", row_count: 2, more_tables: [{ name: "AE" }] });
  const { rows } = await opened.query([file], "SELECT SITE, AGE, DOB, SEEN FROM study_demo_graphics ORDER BY AGE");
  expect(rows).toEqual([
    ["001", 63, "1950-01-31", "2014-01-02T10:30:00"],
    ["010", 64.5, "1960-02-29", "2014-01-03T00:00:00"],
  ]);
  expect((await opened.query([file], "SELECT TERM, OK FROM study_ae")).rows).toEqual([["RASH", true]]);
});

const MEMBER = {
  name: "AE",
  label: "Adverse events",
  variables: [
    { name: "USUBJID", label: "Unique Subject", text: 12 },
    { name: "SEQ", label: "Number" },
    { name: "AVAL" },
    { name: "ASTDT", label: "Start", format: "DATE9" },
    { name: "ADTM", format: "DATETIME" },
    { name: "ATM", format: "TIME8" },
    { name: "NOTE", text: 10 },
  ],
  rows: [
    ["01-001", 1, 1.5, 19_000, 1_700_000_000, 3661, "  7"],
    ["01-002", 2, null, null, 1_700_000_000.5, null, ""],
    ["01-003", 3, -0.1, -1, null, 86_399, "é"],
  ],
};

test.each([5, 8] as const)("a transport file of version %d keeps labels, dates and leading blanks", async (version) => {
  const bytes = writeXpt([MEMBER], version);
  const inspected = await opened.inspect("ae.xpt", bytes);
  expect(tableProfileOf(inspected)).toMatchObject({ name: "AE", label: "Adverse events", row_count: 3 });
  expect(columnOf(inspected, "ASTDT")).toMatchObject({
    label: "Start",
    type: "date",
    min: "1959-12-31",
    max: "2012-01-08",
  });
  expect(await rowsOf("ae.xpt", bytes, "SELECT * FROM ae ORDER BY SEQ")).toEqual([
    ["01-001", 1, 1.5, "2012-01-08", "2013-11-13T22:13:20", "01:01:01", "  7"],
    ["01-002", 2, null, null, "2013-11-13T22:13:20.5", null, null],
    ["01-003", 3, -0.1, "1959-12-31", null, "23:59:59", "é"],
  ]);
});

test.each(["a\r\nb", "a\rb", '\n"a'])("the first text of a transport file may hold %j", async (text) => {
  const variables = [{ name: "A", text: 8 }, { name: "N" }];
  const bytes = writeXpt([
    {
      name: "AE",
      variables,
      rows: [
        [text, 1],
        ["y", 2],
      ],
    },
  ]);
  expect(await rowsOf("ae.xpt", bytes, "SELECT A, N FROM ae ORDER BY N")).toEqual([
    [text, 1],
    ["y", 2],
  ]);
});

test("version 8 has long names and labels", async () => {
  const label = "A label that is longer than the forty letters that version five allows";
  const bytes = writeXpt(
    [{ name: "LONG_DATA_SET_NAME", variables: [{ name: "A_LONG_VARIABLE", label }], rows: [[1]] }],
    8,
  );
  const inspected = await opened.inspect("long.xpt", bytes);
  expect(tableProfileOf(inspected).name).toBe("LONG_DATA_SET_NAME");
  expect(columnOf(inspected, "A_LONG_VARIABLE").label).toBe(label);
});

test("each data set of a transport file is a table, also an empty one", async () => {
  const variables = [{ name: "X", text: 3 }];
  const bytes = writeXpt([
    { name: "ONE", variables, rows: [["a"], ["b"]] },
    { name: "NONE", variables, rows: [] },
    { name: "TWO", variables, rows: [["c"]] },
  ]);
  const file = await opened.upload("lib.xpt", bytes);
  const { rows } = await opened.query(
    [file],
    "SELECT (SELECT count(*) FROM lib_one), (SELECT count(*) FROM lib_none), (SELECT min(X) FROM lib_two)",
  );
  expect(rows).toEqual([[2, 0, "c"]]);
});

test("a text column of digits stays text where the file declares it so", async () => {
  const bytes = writeXpt([{ name: "DM", variables: [{ name: "SITEID", text: 3 }], rows: [["701"]] }]);
  expect(columnOf(await opened.inspect("dm.xpt", bytes), "SITEID").type).toBe("text");
});
