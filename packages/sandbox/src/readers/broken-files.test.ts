import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { writeXlsx } from "hucre/xlsx";
import { afterAll, expect, test } from "vitest";
import { failureOf, openTestSandbox } from "../testing/open-test-sandbox.ts";
import { tableProfileOf } from "../testing/table-profile-of.ts";
import { writeXpt } from "../testing/write-xpt.ts";

const opened = await openTestSandbox({ maxUncompressedBytes: 16 * 1024 * 1024 });
afterAll(() => opened[Symbol.asyncDispose]());

const HTML = "<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n";
const TWELVE = "a,b,c,d,e,f,g,h,i,j,k,l";
const ROW = "1,2,3,4,5,6,7,8,9,10,11,12";
const XPT = writeXpt([
  { name: "DM", variables: [{ name: "A", text: 100 }], rows: Array.from({ length: 5 }, () => ["x"]) },
]);

const CORPUS: [name: string, content: string | Uint8Array, message: RegExp][] = [
  [
    "ae.csv",
    `${[TWELVE, ...Array.from({ length: 15 }, () => ROW), `${ROW},13`, ROW].join("\n")}\n`,
    /^ae\.csv, line 17: expected 12 columns, found 13\.$/,
  ],
  ["short.csv", "a,b,c\n1,2,3\n4,5\n", /^short\.csv, line 3: expected 3 columns, found 2\.$/],
  ["quoted.csv", 'a,b\n1,"x\ny\nz"\n2,3,4\n', /^quoted\.csv, line 5: expected 2 columns, found 3\.$/],
  ["open.csv", 'a,b\n1,"x\n2,3\n', /^open\.csv, line 2: a quoted value is not closed/],
  ["nul.csv", "a,b\n1,2\n3,\0\n", /^nul\.csv, line 3: the text contains a NUL byte/],
  ["long.csv", `a,b\n${"x".repeat(3_000_000)},1\n`, /^long\.csv, line 2: the line is longer than 2 MiB/],
  ["longer.csv", `a,b\n${"x".repeat(9_000_000)},1\n`, /^longer\.csv, line 2: the line is longer than 2 MiB/],
  ["later.csv", `a\r\n1\r\n${"x".repeat(9_000_000)}\r\n2\r\n`, /^later\.csv, line 3: the line is longer than 2 MiB/],
  ["lab.xpt", HTML, /^lab\.xpt: the name says a SAS transport file, but the content is an HTML page\.$/],
  ["page.csv", HTML, /^page\.csv: the name says delimited text, but the content is an HTML page\.$/],
  ["page.parquet", HTML, /the name says a Parquet table, but the content is an HTML page/],
  ["page.xlsx", HTML, /the name says an Excel workbook, but the content is an HTML page/],
  ["page.json", HTML, /the name says JSON, but the content is an HTML page/],
  ["text.json", "a,b\n1,2\n", /the name says JSON, but the content is plain text/],
  ["j.csv", '[{"a": 1}]', /the name says delimited text, but the content is JSON/],
  ["x.csv", XPT, /the name says delimited text, but the content is a SAS transport file/],
  ["empty.csv", "", /^empty\.csv: the file is empty/],
  ["blank.csv", "\n\n  \n", /^blank\.csv: the file is empty/],
  ["empty.xpt", "", /^empty\.xpt: the file is empty/],
  ["empty.csv.gz", gzipSync(""), /the gzip archive is empty/],
  ["cut.csv.gz", gzipSync("a,b\n1,2\n".repeat(1000)).subarray(0, 40), /the gzip archive is damaged or cut off/],
  ["bomb.csv.gz", gzipSync(Buffer.alloc(64 * 1024 * 1024, "a,b\n")), /unpacks to more than 16 MiB/],
  [
    "deep.json",
    `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    /^deep\.json, line 1: the JSON is nested deeper than 64 levels/,
  ],
  [
    "deep.ndjson",
    `{"a":1}\n${"[".repeat(50_000)}${"]".repeat(50_000)}\n`,
    /^deep\.ndjson, line 2: the JSON is nested deeper/,
  ],
  ["bad.ndjson", '{"a":1}\n{"a":\n{"a":3}\n', /^bad\.ndjson, line 2, column 5: malformed JSON: unexpected end/],
  ["bad.json", '[{"a":1}, {"a" 2}]', /^bad\.json, line 1, column 16: malformed JSON: expected /],
  ["garbage.csv", garbage(5000), /^garbage\.csv: .*binary data of no known format/],
  ["garbage.xpt", garbage(5000), /^garbage\.xpt: .*binary data of no known format/],
  [
    "wide.csv",
    `${Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(",")}\n`,
    /^wide\.csv, line 1: the table has 10000 columns; at most 2000/,
  ],
  ["cut.xpt", XPT.subarray(0, 1300), /^cut\.xpt, row \d: the file is cut off in the middle of a row/],
  [
    "head.xpt",
    XPT.subarray(0, 700),
    /^head\.xpt, byte 700: the SAS transport file is damaged: it is cut off in the description/,
  ],
  ["only.xpt", XPT.subarray(0, 240), /holds no data set/],
  ["data.sas7bdat", Buffer.alloc(100, 1), /SAS data sets \(sas7bdat\) are not read\. Export it as XPT or CSV/],
  ["old.xls", Buffer.from("d0cf11e0a1b11ae1", "hex"), /old Excel files \(xls\) are not read/],
  ["locked.xlsx", Buffer.from("d0cf11e0a1b11ae1".padEnd(400, "0"), "hex"), /password-protected or an old Excel file/],
  [
    "titled.csv",
    "Listing 1\n\na,b\n1,2\n3,4\n",
    /^titled\.csv, line 1: it has 1 value, but most lines have 2\. The first/,
  ],
  ["sep.csv", "sep=;\na;b\n1;2\n", /^sep\.csv, line 1: the line is a note for Excel/],
  ["twice.csv.gz", gzipSync(gzipSync("a,b\n1,2\n")), /^twice\.csv\.gz: the gzip archive holds another one\./],
  ["comma.json", '[\n{"a":1},\n]', /^comma\.json, line 3, column 1: malformed JSON: unexpected token '\]'\.$/],
  ["cut.json", '[{"a":1},\n{"a":', /^cut\.json, line 2, column 5: malformed JSON: unexpected end of JSON input\.$/],
  ["wrapped.json", '{"results": [\n{"a":1},\n{"a" 2}]}', /^wrapped\.json, line 3, column 6: malformed JSON: expected /],
  ["cport.xpt", "**COMPRESSED** ".repeat(30), /files written by SAS PROC CPORT are not read/],
  ["zip.xlsx", Buffer.concat([Buffer.from("504b0304", "hex"), garbage(500)]), /ZIP archive is damaged or cut off/],
];

test.each(CORPUS)("%s is refused with what is wrong and where (%#)", async (name, content, message) => {
  const failure = await failureOf(opened.inspect(name, content));
  expect(failure.code).toBe("file_unreadable");
  expect(failure.message).toMatch(message);
  expect(failure.details.file).toBe(name);
  expect(failure.message).not.toContain(opened.directory);
});

test("a truncated Parquet file says that its end is missing, a damaged one that it is damaged", async () => {
  const path = `${opened.directory}/whole.parquet`;
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT i, i::VARCHAR AS t FROM range(5000) r(i)) TO '${path}'`);
  connection.disconnectSync();
  instance.closeSync();
  const whole = readFileSync(path);
  const cut = await failureOf(opened.inspect("cut.parquet", whole.subarray(0, whole.length - 100)));
  expect(cut.message).toMatch(/^cut\.parquet: the Parquet file is cut off/);
  const holed = Buffer.concat([whole.subarray(0, 4), garbage(whole.length - 8), whole.subarray(-4)]);
  const damaged = await failureOf(opened.inspect("holed.parquet", holed));
  expect(damaged.message).toMatch(/^holed\.parquet: the Parquet file is damaged/);
});

test("a workbook that unpacks to far more than it is gets refused unopened", async () => {
  const rows = Array.from({ length: 1000 }, () => [" ".repeat(30_000)]);
  const bytes = await writeXlsx({ sheets: [{ name: "S", rows }], stringMode: "inline" });
  const failure = await failureOf(opened.inspect("bomb.xlsx", bytes));
  expect(failure.message).toMatch(/unpacks to \d+ MiB from \d+ KiB, which is refused/);
});

test("a row of a workbook that is too long for the engine is refused with its beginning", async () => {
  const rows = [Array.from({ length: 100 }, (_, index) => `c${index}`), Array.from({ length: 100 }, garbageText)];
  const failure = await failureOf(opened.inspect("long.xlsx", await writeXlsx({ sheets: [{ name: "S", rows }] })));
  expect(failure.message).toBe(
    `long.xlsx: the row that begins with "${garbageText().slice(0, 40)}" is longer than 2 MiB, which is too long.`,
  );
});

test("after all of them the same children still read a good file", async () => {
  expect(tableProfileOf(await opened.inspect("good.csv", "a,b\n1,2\n")).row_count).toBe(1);
});

function garbageText(): string {
  return garbage(15_000).toString("hex").slice(0, 30_000);
}

function garbage(length: number): Buffer {
  let state = 12_345;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (state >> 8) & 0xff;
    }),
  );
}
