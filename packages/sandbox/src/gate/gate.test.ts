import { beforeAll, expect, test } from "vitest";
import type { JobFile } from "../job-file.ts";
import { failureOf, openTestSandbox, type TestSandbox } from "../testing/open-test-sandbox.ts";
import { ANALYST_STATEMENTS } from "./testing/analyst-statements.ts";
import { ATTACK_STATEMENTS } from "./testing/attack-statements.ts";
import { TRIAL_FILES } from "./testing/trial-tables.ts";

let opened: TestSandbox;
let files: JobFile[];

beforeAll(async () => {
  opened = await openTestSandbox();
  files = [];
  for (const [name, content] of Object.entries(TRIAL_FILES)) files.push(await opened.upload(name, content));
  return () => opened[Symbol.asyncDispose]();
});

test("there are at least a hundred analysts' statements", () => {
  expect(new Set(ANALYST_STATEMENTS).size).toBeGreaterThanOrEqual(100);
});

test("every statement that analysts write runs", async () => {
  const failures: string[] = [];
  for (const sql of ANALYST_STATEMENTS) {
    await opened.query(files, sql).catch((error: Error) => failures.push(`${sql} → ${error.message}`));
  }
  expect(failures).toEqual([]);
});

test.each(Object.entries(ATTACK_STATEMENTS))(
  "statements for %s are refused before they run",
  async (_aim, statements) => {
    for (const sql of statements) {
      const failure = await failureOf(opened.query(files, sql));
      const isParserError = failure.code === "query_failed" && failure.details.reason === "syntax";
      expect(isParserError ? "query_refused" : failure.code, `${sql} → ${failure.message}`).toBe("query_refused");
    }
  },
);

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
