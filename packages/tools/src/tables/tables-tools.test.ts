import { AppError, type JsonValue, TableContent, TableProfile } from "@pharmadb/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createToolRegistry } from "../create-tool-registry.ts";
import { NEVER, tablesJob, testSandbox } from "../fixtures/test-job.ts";
import type { ToolContext } from "../tool.ts";

const AE = "USUBJID,AETERM,AESER\n01,RASH,N\n01,a | b,Y\n02,,N\n";
const DM = "USUBJID,ARM\n01,Placebo\n02,Active\n";

let opened: Awaited<ReturnType<typeof testSandbox>>;
let job: ToolContext;

beforeAll(async () => {
  opened = await testSandbox();
  job = await tablesJob(opened.sandbox, opened.directory, { "ae.csv": AE, "dm.csv": DM });
});

afterAll(async () => await opened[Symbol.asyncDispose]());

async function call(name: string, args: JsonValue, context: ToolContext = job) {
  return await createToolRegistry(context).call(name, JSON.stringify(args), NEVER);
}

test("tables_list names tables, files, labels and columns", async () => {
  const { ok, content, data, evidence } = await call("tables_list", {});
  expect(ok).toBe(true);
  expect(data).toMatchObject({
    tables: [
      {
        table: "ae",
        file_id: "file_ae.csv",
        file_name: "ae.csv",
        label: null,
        row_count: 3,
        columns: [{ name: "USUBJID", label: null }, { name: "AETERM", label: null, type: "text" }, { name: "AESER" }],
      },
      { table: "dm" },
    ],
  });
  expect(content).toMatch(/^ae \(3 rows, file ae\.csv\): USUBJID \w+, AETERM text, AESER \w+$/m);
  expect(evidence).toEqual([]);
});

test("tables_list says so where a job has no tables", async () => {
  expect(await call("tables_list", {}, { ...job, files: [] })).toMatchObject({ ok: true, data: { tables: [] } });
});

test("tables_describe gives the whole profile to programs and its columns to the model", async () => {
  const { content, data } = await call("tables_describe", { table: "AE" });
  expect(data).toMatchObject({ table: "ae" });
  // A file's profile also holds the other tables of the file, which are no part of this one's.
  expect(z.strictObject(TableProfile.shape).safeParse((data as { profile: JsonValue }).profile).success).toBe(true);
  expect(content).toMatch(/^\| AETERM \| {2}\| text \| 33\.3% \| 2 \| RASH \| a \\\| b \| .*RASH \(1\)/m);
});

test("a table that is not there is an answer that names those that are", async () => {
  for (const name of ["tables_describe", "tables_sample"]) {
    const args = { table: "adae", ...(name === "tables_sample" ? { rows: 3 } : {}) };
    expect(await call(name, args)).toMatchObject({
      ok: false,
      content: 'There is no table "adae". The tables are: ae, dm.',
    });
  }
});

test("tables_sample shows rows and makes no evidence", async () => {
  const { content, data, evidence } = await call("tables_sample", { table: '"ae"', rows: 2 });
  expect(TableContent.parse(data)).toMatchObject({ row_count: 2 });
  expect(content).toContain("a \\| b");
  expect(evidence).toEqual([]);
});

test("a query is evidence with its exact SQL, its rows and the one file whose table it names", async () => {
  const sql = "SELECT count(*)::INTEGER AS n FROM ae WHERE AESER = 'Y' -- not dm";
  const purpose = "count serious events";
  const { content, data, evidence } = await call("tables_query", { sql, purpose });
  const table = { columns: [{ name: "n", type: "INTEGER" }], rows: [[1]], row_count: 1, truncated: false };
  expect(data).toEqual(table);
  expect(content).toBe("| n |\n|---|\n| 1 |\n(1 row)");
  const source = { kind: "file", file_id: "file_ae.csv", file_sha256: job.files[0]?.sha256, name: "ae.csv" };
  expect(evidence).toEqual([
    {
      tool: "tables_query",
      arguments: { sql, purpose },
      query: sql,
      content: table,
      sources: [{ ...source, page: null, section: null, url: null }],
    },
  ]);
});

test("a join has both files as sources, a query of no table has none", async () => {
  const join = await call("tables_query", { sql: "SELECT ARM FROM dm JOIN ae USING (USUBJID)", purpose: "" });
  expect(join.evidence[0]?.sources.map(({ name }) => name)).toEqual(["ae.csv", "dm.csv"]);
  expect((await call("tables_query", { sql: "SELECT 6", purpose: "" })).evidence[0]?.sources).toEqual([]);
});

test("a query that fails is an answer with the engine's reason", async () => {
  const result = await call("tables_query", { sql: "SELECT nothing FROM ae", purpose: "x" });
  expect(result).toMatchObject({ ok: false, content: expect.stringContaining("nothing"), evidence: [] });
});

test("a query that takes too long is an answer, the job's own time-out is thrown", async () => {
  const controller = new AbortController();
  const fail = (message: string) => Promise.reject(new AppError("timeout", message));
  const args = JSON.stringify({ sql: "SELECT 1", purpose: "x" });
  const slow = { ...job, sandbox: { ...job.sandbox, query: () => fail("Too slow.") } };
  const answer = await createToolRegistry(slow).call("tables_query", args, controller.signal);
  expect(answer).toMatchObject({ ok: false, content: expect.stringContaining("stopped after 30 seconds") });
  const over = () => {
    controller.abort();
    return fail("The job's time is over.");
  };
  const late = { ...job, sandbox: { ...job.sandbox, query: over } };
  const call = createToolRegistry(late).call("tables_query", args, controller.signal);
  await expect(call).rejects.toMatchObject({ code: "timeout", message: "The job's time is over." });
});

test.each([
  ["INSERT INTO ae VALUES (1)", /one SELECT/],
  ["SELECT 1; SELECT 2", /one SELECT/],
  ["SELECT * FROM read_csv('/etc/passwd')", /read_csv/],
  ["PIVOT ae ON AESER USING count(*)", /IN \(/],
])("%s is refused with a reason that the model can read", async (sql, reason) => {
  const result = await call("tables_query", { sql, purpose: "x" });
  expect(result).toMatchObject({ ok: false, data: { error: { code: "query_refused" } }, evidence: [] });
  expect(result.content).toMatch(reason);
});

test("the model reads at most a few kilobytes of a large result, the evidence holds all of it", async () => {
  const sql = "SELECT i, repeat('x', 50) AS x FROM range(900) AS t(i)";
  const { content, data } = await call("tables_query", { sql, purpose: "x" });
  expect(Buffer.byteLength(content)).toBeLessThan(8500);
  expect(content).toMatch(/900 rows; only the first \d+ are shown here \(\d+ cut\)/);
  expect(TableContent.parse(data).rows).toHaveLength(900);
});

test("the query tool tells the model what is refused and how to do without", async () => {
  const description = createToolRegistry(job)
    .descriptions()
    .find(({ name }) => name === "tables_query");
  for (const word of [
    "DuckDB",
    "PIVOT",
    "IN (",
    "several statements",
    "read_csv",
    "double quotes",
    "tables_describe",
    "1000 rows",
  ]) {
    expect(description?.description).toContain(word);
  }
});
