import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { writeXlsx } from "hucre/xlsx";
import { afterAll, expect, test } from "vitest";
import { openTestSandbox } from "../testing/open-test-sandbox.ts";
import { writeXpt } from "../testing/write-xpt.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

type Row = {
  id: string;
  arm: string | null;
  n: number | null;
  x: number | null;
  day: string | null;
  at: string | null;
};

const ROWS: Row[] = Array.from({ length: 60 }, (_, i) => ({
  id: `01-${String(i).padStart(3, "0")}`,
  arm: i % 6 === 0 ? null : (["Placebo", "Low, 5 mg", 'High "10"'][i % 3] ?? null),
  n: i % 5 === 0 ? null : i - 20,
  x: i % 4 === 0 ? null : i / 8,
  day: i % 9 === 0 ? null : new Date(Date.UTC(1959, 10, 1 + i * 37)).toISOString().slice(0, 10),
  at: i % 8 === 0 ? null : new Date(Date.UTC(1999, 11, 31, 23, 30 + i, i)).toISOString().slice(0, 19),
}));

const EPOCH = Date.UTC(1960, 0, 1);
const secondsOf = (iso: string) => (Date.parse(`${iso}Z`) - EPOCH) / 1000;

const csv = (delimiter = ",") => {
  const cell = (value: string | number | null) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
  const lines = ROWS.map((row) => Object.values(row).map(cell).join(delimiter));
  return `${["ID,ARM,N,X,DAY,SEEN".replaceAll(",", delimiter), ...lines].join("\n")}\n`;
};

async function parquet(): Promise<Buffer> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const source = await opened.write("same.csv", csv());
  const columns =
    "{'ID': 'VARCHAR', 'ARM': 'VARCHAR', 'N': 'BIGINT', 'X': 'DOUBLE', 'DAY': 'DATE', 'SEEN': 'TIMESTAMP'}";
  await connection.run(
    `COPY (FROM read_csv('${source.path}', header = true, columns = ${columns})) TO '${opened.directory}/same.parquet'`,
  );
  connection.disconnectSync();
  instance.closeSync();
  return readFileSync(`${opened.directory}/same.parquet`);
}

const xpt = () =>
  writeXpt([
    {
      name: "SAME",
      variables: [
        { name: "ID", text: 8 },
        { name: "ARM", text: 12 },
        { name: "N" },
        { name: "X" },
        { name: "DAY", format: "DATE9" },
        { name: "SEEN", format: "DATETIME" },
      ],
      rows: ROWS.map(({ id, arm, n, x, day, at }) => [
        id,
        arm,
        n,
        x,
        day === null ? null : secondsOf(`${day}T00:00:00`) / 86_400,
        at === null ? null : secondsOf(at),
      ]),
    },
  ]);

const xlsx = () => {
  const date = (iso: string | null) =>
    iso === null ? null : new Date(`${iso.padEnd(11, "T").padEnd(19, "00:00:00")}Z`);
  const rows = ROWS.map(({ id, arm, n, x, day, at }) => [id, arm, n, x, date(day), date(at)]);
  return writeXlsx({ sheets: [{ name: "Same", rows: [["ID", "ARM", "N", "X", "DAY", "SEEN"], ...rows] }] });
};

const QUERIES = [
  "SELECT * FROM same ORDER BY ID",
  "SELECT ARM, count(*), sum(N), avg(X), min(DAY), max(SEEN) FROM same GROUP BY ALL ORDER BY ALL",
  "SELECT year(DAY), count(*) FROM same WHERE DAY >= DATE '1960-01-01' GROUP BY 1 ORDER BY 1",
  "SELECT count(*) FROM same WHERE SEEN::DATE = DATE '2000-01-01'",
  "SELECT max(DAY) - min(DAY), date_diff('minute', min(SEEN), max(SEEN)) FROM same",
];

test("one table has one profile and one answer, whatever the file that brings it", async () => {
  const contents: [string, string | Uint8Array][] = [
    ["same.csv", csv()],
    ["same.csv.gz", gzipSync(csv())],
    ["same.tsv", csv("\t")],
    ["same.parquet", await parquet()],
    ["same.xpt", xpt()],
    ["same.xlsx", await xlsx()],
    [
      "same.ndjson",
      ROWS.map(({ id: ID, arm: ARM, n: N, x: X, day: DAY, at: SEEN }) =>
        JSON.stringify({ ID, ARM, N, X, DAY, SEEN }),
      ).join("\n"),
    ],
  ];
  const found: Record<string, unknown> = {};
  for (const [name, content] of contents) {
    const file = await opened.upload(name, content);
    const { name: _name, label: _label, ...profile } = file.profile as { name: string | null; label: string | null };
    const answers = [];
    for (const sql of QUERIES) answers.push((await opened.query([file], sql)).rows);
    found[name] = { profile, answers };
  }
  const { "same.csv": expected, ...others } = found;
  for (const [name, other] of Object.entries(others)) expect(other, name).toEqual(expected);
  expect(JSON.stringify(expected)).toContain('"type":"date"');
});
