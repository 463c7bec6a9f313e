// A query through the gate, the lease and the process boundary, against the same query on plain DuckDB in this process.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { JobFile, Sandbox } from "@pharmadb/sandbox";
import { type Figure, median, oneDecimal, percentile, printTable, twoDecimals } from "./figures.ts";
import { acceptFile, eventRows, type Folder, openFolder, openOneSandbox, writeRows } from "./made-files.ts";

const ROWS = 50_000;
const LARGE_ROWS = 10_000_000;
const WARM_UP = 20;
const SAMPLES = 200;
const RELOADS = 50;
const LARGE_SAMPLES = 11;
const NEVER = new AbortController().signal;

const TARGET_MEDIAN_MS = 10;
const TARGET_SPEED = 0.8;

const QUERIES: Record<string, string> = {
  "count with a filter": "SELECT count(*) FROM ae WHERE AESER = 'Y' AND AESTDY BETWEEN 30 AND 90",
  "subjects by group": "SELECT ARM, count(DISTINCT USUBJID) AS n, avg(AVAL) AS mean FROM ae GROUP BY ARM ORDER BY ARM",
  "top 10": "SELECT AETERM, count(*) AS n FROM ae GROUP BY AETERM ORDER BY n DESC, AETERM LIMIT 10",
  "share of a population":
    "WITH s AS (SELECT DISTINCT USUBJID FROM ae WHERE AESER = 'Y') SELECT ARM, count(s.USUBJID) / count(*) FROM (SELECT USUBJID, min(ARM) AS ARM FROM ae GROUP BY USUBJID) p LEFT JOIN s USING (USUBJID) GROUP BY ARM ORDER BY ARM",
};
const AGGREGATES: Record<string, string> = {
  "by two texts": "SELECT ARM, AESER, count(*) AS n, sum(AVAL), min(AESTDY), max(AESTDY) FROM ae GROUP BY ARM, AESER",
  "by a number": "SELECT AESTDY, count(*) AS n, avg(AVAL) FROM ae GROUP BY AESTDY ORDER BY AESTDY",
  "in all": "SELECT count(*), sum(AVAL), avg(AESTDY) FROM ae WHERE AESTDY > 100",
  "distinct subjects": "SELECT count(DISTINCT USUBJID) FROM ae WHERE AESER = 'Y'",
};

type Plain = AsyncDisposable & { connection: DuckDBConnection };

/** DuckDB as it comes, with a thread a core and `ae` as the SQL says; in memory where no path is given. */
async function openPlain(ae: string, path = ":memory:"): Promise<Plain> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(ae);
  return {
    connection,
    async [Symbol.asyncDispose]() {
      connection.disconnectSync();
      instance.closeSync();
    },
  };
}

type Run = () => Promise<unknown>;

const inSandbox =
  (sandbox: Sandbox, files: JobFile[], sql: string): Run =>
  () =>
    sandbox.query(files, sql, {}, NEVER);
const inPlain =
  ({ connection }: Plain, sql: string): Run =>
  async () =>
    (await connection.runAndReadAll(sql)).getRowsJson();

/** The milliseconds of each run, the works in turns so that what else the machine does falls on all. */
async function inTurns(works: Run[], samples: number, warmUp: number): Promise<number[][]> {
  const took: number[][] = works.map(() => []);
  for (let i = 0; i < warmUp + samples; i++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      await work();
      if (i >= warmUp) took[index]?.push(performance.now() - start);
    }
  }
  return took;
}

async function benchLoaded(folder: Folder, sandbox: Sandbox): Promise<Figure[]> {
  const paths = ["ae.csv", "other.csv"].map((name) => join(folder.path, name));
  const [path = "", otherPath = ""] = paths;
  await writeRows(path, eventRows(ROWS));
  await writeRows(otherPath, eventRows(ROWS, 1));
  const [file, other] = [await acceptFile(sandbox, path), await acceptFile(sandbox, otherPath)];
  await using plain = await openPlain(`CREATE TABLE ae AS SELECT * FROM read_csv('${path}')`);

  const medians: number[] = [];
  const rows: (string | number)[][] = [];
  for (const [kind, sql] of Object.entries(QUERIES)) {
    const [floor = [], ours = []] = await inTurns(
      [inPlain(plain, sql), inSandbox(sandbox, [file], sql)],
      SAMPLES,
      WARM_UP,
    );
    medians.push(median(ours));
    rows.push([kind, ...atMedianAndP95(floor), ...atMedianAndP95(ours), oneDecimal(median(ours) - median(floor))]);
  }
  const count = (name: string) => `SELECT count(*) FROM ${name}`;
  const reloads = await inTurns(
    [inSandbox(sandbox, [file], count("ae")), inSandbox(sandbox, [other], count("other"))],
    RELOADS,
    2,
  );
  const reload = reloads.flat();
  rows.push(["a child with other files loaded", "", "", ...atMedianAndP95(reload), ""]);
  printTable(
    `A query on a loaded table of 50,000 rows (${SAMPLES} of each; target: median under ${TARGET_MEDIAN_MS} ms)`,
    ["query", "plain DuckDB ms", "p95 ms", "sandbox ms", "p95 ms", "more ms"],
    rows,
  );
  const slowest = Math.max(...medians);
  return [
    {
      name: "query on 50,000 loaded rows, median of the slowest of 4 kinds",
      value: `${oneDecimal(slowest)} ms`,
      target: `under ${TARGET_MEDIAN_MS} ms`,
      met: slowest < TARGET_MEDIAN_MS,
    },
    { name: "query after a lease with other files", value: `${oneDecimal(median(reload))} ms`, target: "", met: null },
  ];
}

function atMedianAndP95(took: number[]): string[] {
  return [twoDecimals(median(took)), twoDecimals(percentile(took, 0.95))];
}

async function benchLarge(folder: Folder, sandbox: Sandbox): Promise<Figure[]> {
  const path = join(folder.path, "ae.parquet");
  await writeRows(path, eventRows(LARGE_ROWS));
  const start = performance.now();
  const file = await acceptFile(sandbox, path);
  const prepareSeconds = (performance.now() - start) / 1000;
  await using onFile = await openPlain(`CREATE VIEW ae AS SELECT * FROM '${path}'`);
  await using onTable = await openPlain(
    `CREATE TABLE ae AS SELECT * FROM '${path}'; CHECKPOINT`,
    join(folder.path, "plain.duckdb"),
  );
  const speeds: { file: number[]; table: number[] } = { file: [], table: [] };
  const rows: (string | number)[][] = [];
  for (const [kind, sql] of Object.entries(AGGREGATES)) {
    const works = [inPlain(onFile, sql), inPlain(onTable, sql), inSandbox(sandbox, [file], sql)];
    const [overFile = [], overTable = [], ours = []] = await inTurns(works, LARGE_SAMPLES, 2);
    const speed = { file: median(ratios(overFile, ours)), table: median(ratios(overTable, ours)) };
    speeds.file.push(speed.file);
    speeds.table.push(speed.table);
    const took = [overFile, overTable, ours].map((each) => oneDecimal(median(each)));
    rows.push([kind, ...took, twoDecimals(speed.file), twoDecimals(speed.table)]);
  }
  printTable(
    `Aggregates of 10⁷ rows (Parquet of ${Math.round(file.bytes / 1e6)} MB, prepared and profiled in ${oneDecimal(prepareSeconds)} s; ${availableParallelism()} cores; medians of ${LARGE_SAMPLES})`,
    ["", "plain on Parquet ms", "plain on its own table ms", "sandbox ms", "speed ÷ on Parquet", "speed ÷ on table"],
    rows,
  );
  return [
    speedFigure("aggregate of 10⁷ Parquet rows, speed ÷ plain DuckDB on the file, slowest of 4 kinds", speeds.file),
    speedFigure("the same ÷ plain DuckDB on its own table", speeds.table),
  ];
}

/** Turn by turn, so that what slows one turn down slows down both. */
function ratios(floor: number[], ours: number[]): number[] {
  return floor.map((each, index) => each / (ours[index] ?? Number.NaN));
}

function speedFigure(name: string, speeds: number[]): Figure {
  const slowest = Math.min(...speeds);
  return { name, value: twoDecimals(slowest), target: `at least ${TARGET_SPEED}`, met: slowest >= TARGET_SPEED };
}

export async function benchSandbox(): Promise<Figure[]> {
  await using folder = await openFolder();
  await using sandbox = await openOneSandbox(folder);
  return [...(await benchLoaded(folder, sandbox)), ...(await benchLarge(folder, sandbox))];
}
