import { beforeAll, expect, test } from "vitest";
import type { JobFile } from "../job-file.ts";
import { failureOf, openTestSandbox, type TestSandbox } from "../testing/open-test-sandbox.ts";
import { ANALYST_STATEMENTS } from "./testing/analyst-statements.ts";
import { ATTACK_STATEMENTS } from "./testing/attack-statements.ts";
import { EDGE_STATEMENTS, ENDLESS_STATEMENTS, FAILING_STATEMENTS } from "./testing/costly-statements.ts";
import { DISGUISED_STATEMENTS } from "./testing/disguised-statements.ts";
import { MORE_ANALYST_STATEMENTS } from "./testing/more-analyst-statements.ts";
import { TRIAL_FILES } from "./testing/trial-tables.ts";

let opened: TestSandbox;
let files: JobFile[];

beforeAll(async () => {
  opened = await openTestSandbox();
  files = [];
  for (const [name, content] of Object.entries(TRIAL_FILES)) files.push(await opened.upload(name, content));
  return () => opened[Symbol.asyncDispose]();
});

/** For statements that end by themselves; a busy machine makes them slow, not endless. */
const PATIENCE = { timeoutMs: 25_000 };
const ANALYSTS = [...ANALYST_STATEMENTS, ...MORE_ANALYST_STATEMENTS];

test("there are at least 250 analysts' statements and as many in disguise", () => {
  expect(new Set(ANALYSTS).size).toBeGreaterThanOrEqual(250);
  expect(new Set(Object.values(DISGUISED_STATEMENTS).flat()).size).toBeGreaterThanOrEqual(250);
});

test("every statement that analysts write runs", async () => {
  const failures: string[] = [];
  for (const sql of ANALYSTS) {
    await opened.query(files, sql, PATIENCE).catch((error: Error) => failures.push(`${sql} → ${error.message}`));
  }
  expect(failures).toEqual([]);
});

test.each([...Object.entries(ATTACK_STATEMENTS), ...Object.entries(DISGUISED_STATEMENTS)])(
  "statements for %s are refused before they run",
  async (_aim, statements) => {
    for (const sql of statements) {
      const failure = await failureOf(opened.query(files, sql));
      const isParserError = failure.code === "query_failed" && failure.details.reason === "syntax";
      expect(isParserError ? "query_refused" : failure.code, `${sql} → ${failure.message}`).toBe("query_refused");
    }
  },
);

test("statements on an edge of the engine have an answer", { timeout: 60_000 }, async () => {
  const failures: string[] = [];
  for (const sql of EDGE_STATEMENTS) {
    await opened.query(files, sql, PATIENCE).catch((error: Error) => failures.push(`${sql} → ${error.message}`));
  }
  expect(failures).toEqual([]);
});

test("statements that ask too much fail in words that name nothing of this machine", { timeout: 60_000 }, async () => {
  // Where memory ends inside a library that does not look, the process ends: its own call's failure all the same.
  const reasons = ["engine", "memory", "broken", "syntax", "crash", undefined];
  for (const sql of FAILING_STATEMENTS) {
    const failure = await failureOf(opened.query(files, sql, PATIENCE));
    expect(reasons, `${sql} → ${failure.message}`).toContain(failure.details.reason);
    expect(failure.message).not.toMatch(/Stack Trace|node_modules|SET threads/);
  }
});

test("statements without an end are ended, each alone", { timeout: 60_000 }, async () => {
  for (const sql of ENDLESS_STATEMENTS) {
    const failure = await failureOf(opened.query(files, sql, { timeoutMs: 200 }));
    expect(["timeout", "memory"], `${sql} → ${failure.message}`).toContain(failure.details.reason);
  }
});

test("a statement that crashes the engine is the only one to fail", async () => {
  const failure = await failureOf(opened.query(files, "SELECT lag(AGE, -9223372036854775808) OVER () FROM adsl"));
  expect(failure.details.reason).toBe("crash");
  expect((await opened.query(files, "SELECT count(*) FROM adsl")).rows).toEqual([[12]]);
});

test("a computed name of a column is cut, and a result of too many columns is refused", async () => {
  const named = await opened.query(files, `SELECT from_json('{}', '{"' || repeat('a', 100000) || '":"INT"}') AS j`);
  expect(named.columns[0]?.type.length).toBe(1000);
  const failure = await failureOf(opened.query(files, `SELECT ${"1,".repeat(4200)}1`, PATIENCE));
  expect(failure.message).toMatch(/^The result has 4201 columns; at most 4096 can be given\.$/);
});

test("after all attacks the tables are as they were", async () => {
  const { rows } = await opened.query(files, "SELECT (SELECT count(*) FROM adsl), (SELECT count(*) FROM adae)");
  expect(rows).toEqual([[12, 40]]);
});

test("a dynamic PIVOT is refused with the form that works", async () => {
  const failure = await failureOf(opened.query(files, "PIVOT adae ON AESEV USING count(*)"));
  expect(failure.code).toBe("query_refused");
  expect(failure.message).toContain("ON c IN ('a', 'b')");
});

test("an unknown table is refused with the names of the tables", async () => {
  const failure = await failureOf(opened.query(files, "SELECT * FROM adea"));
  expect(failure.message).toBe('There is no table "adea" here. The tables are: adsl, adae, lb, ex.');
});

test("an unknown column fails with the engine's candidates", async () => {
  const failure = await failureOf(opened.query(files, "SELECT AEDECODE FROM adae"));
  expect(failure.code).toBe("query_failed");
  expect(failure.message).toContain('Candidate bindings: "AEDECOD"');
});

test("a function of another dialect is refused with what to use instead", async () => {
  expect((await failureOf(opened.query(files, "SELECT nvl(AGE, 0) FROM adsl"))).message).toContain("coalesce");
  expect((await failureOf(opened.query(files, "SELECT strpoz(ARM, 'x') FROM adsl"))).message).toContain("strpos");
});

test("a missing FROM is told as a syntax error", async () => {
  const failure = await failureOf(opened.query(files, "SELEC 1"));
  expect(failure.code).toBe("query_failed");
  expect(failure.message).toContain("syntax error");
});

test("names of tables and columns are found without regard to case", async () => {
  const { rows, columns } = await opened.query(
    files,
    "SELECT trt01a, COUNT(*) AS N FROM AdSl GROUP BY TRT01A ORDER BY 1",
  );
  expect(columns.map((column) => column.name)).toEqual(["TRT01A", "N"]);
  expect(rows).toEqual([
    ["Drug High", 4],
    ["Drug Low", 4],
    ["Placebo", 4],
  ]);
});
