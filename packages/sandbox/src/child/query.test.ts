import { afterAll, expect, test } from "vitest";
import { failureOf, NEVER, openTestSandbox } from "../testing/open-test-sandbox.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());
const one = await opened.upload("one.csv", "A,B\n1,x\n2,y\n3,z\n");

test("cells are numbers where exact, else text, and times are ISO 8601", async () => {
  const { rows, columns } = await opened.query(
    [one],
    `SELECT 42, 9007199254740991, 9007199254740992, 170141183460469231731687303715884105727, 1.10::DECIMAL(10, 2),
       123456789012345.678::DECIMAL(18, 3), 1e300, 0.1::FLOAT, 'NaN'::DOUBLE, NULL, true, DATE '2014-01-02',
       TIMESTAMP '2014-01-02 03:04:05', TIMESTAMPTZ '2014-01-02 03:04:05.000001+01', TIME '03:04:05', INTERVAL 2 DAY,
       [1, NULL], {'a': DATE '2014-01-02'}, MAP {'k': 1}, 'ab'::BLOB, '0b0e2e1a-8d3c-4a4f-8f1e-0a1b2c3d4e5f'::UUID`,
  );
  expect(rows).toEqual([
    [
      42,
      9_007_199_254_740_991,
      "9007199254740992",
      "170141183460469231731687303715884105727",
      1.1,
      "123456789012345.678",
      1e300,
      0.1,
      "NaN",
      null,
      true,
      "2014-01-02",
      "2014-01-02T03:04:05",
      "2014-01-02T02:04:05.000001Z",
      "03:04:05",
      "2 days",
      [1, null],
      { a: "2014-01-02" },
      [{ key: "k", value: 1 }],
      "6162",
      "0b0e2e1a-8d3c-4a4f-8f1e-0a1b2c3d4e5f",
    ],
  ]);
  expect(columns[4]?.type).toBe("DECIMAL(10,2)");
});

test("columns of one name are told apart", async () => {
  const { columns } = await opened.query([one], "SELECT A, A FROM one LIMIT 1");
  expect(columns.map((column) => column.name)).toEqual(["A", "A:1"]);
});

test("rows beyond the limit are cut and the result says so", async () => {
  const cut = await opened.query([one], "SELECT * FROM range(1000000000)", { maxRows: 5 });
  expect(cut.rows).toEqual([[0], [1], [2], [3], [4]]);
  expect(cut.truncated).toBe("rows");
  expect((await opened.query([one], "SELECT * FROM range(5)", { maxRows: 5 })).truncated).toBeNull();
});

test("without a limit of its own a query gives a thousand rows and a quarter of a mebibyte", async () => {
  const rows = await opened.query([one], "SELECT * FROM range(5000)");
  expect([rows.rows.length, rows.truncated]).toEqual([1000, "rows"]);
  const bytes = await opened.query([one], "SELECT repeat('x', 1000) FROM range(900)");
  expect(bytes.truncated).toBe("bytes");
  expect(JSON.stringify(bytes.rows).length).toBeLessThanOrEqual(256 * 1024);
  expect(JSON.stringify(bytes.rows).length).toBeGreaterThan(250 * 1024);
});

test("after a cut result the same child answers the next query whole", async () => {
  await opened.query([one], "SELECT i, repeat('x', 100) FROM range(100000000) t(i)", { maxRows: 10 });
  expect((await opened.query([one], "SELECT sum(A) FROM one")).rows).toEqual([[6]]);
});

test("a query beyond its time fails as one that the model can mend", async () => {
  const failure = await failureOf(
    opened.query([one], "SELECT count(*) FROM range(100000) a, range(100000) b", { timeoutMs: 200 }),
  );
  expect(failure.code).toBe("query_failed");
  expect(failure.details.reason).toBe("timeout");
  expect((await opened.query([one], "SELECT count(*) FROM one")).rows).toEqual([[3]]);
});

test("a query that no interrupt reaches is killed with its child", async () => {
  const sql = "SELECT sum(levenshtein(repeat('a', 3000) || i, repeat('b', 3000))) FROM range(100000) t(i)";
  const failure = await failureOf(opened.query([one], sql, { timeoutMs: 200 }));
  // It would run for hours: that it ends is the proof, and that a signal ended it.
  expect(failure.details).toEqual({ reason: "timeout", signal: "SIGKILL" });
});

test("a query beyond its memory fails and says so", async () => {
  const failure = await failureOf(
    opened.query([one], "SELECT length(string_agg(i::VARCHAR || repeat('x', 1000))) FROM range(2000000) t(i)"),
  );
  expect(failure.code).toBe("query_failed");
  expect(failure.details.reason).toBe("memory");
});

test("an abort ends a running query at once as cancelled", async () => {
  const abort = new AbortController();
  const running = opened.sandbox.query(
    [one],
    "SELECT count(*) FROM range(1000000) a, range(1000000) b",
    { timeoutMs: 600_000 },
    abort.signal,
  );
  // Nothing but the abort ends this query before the test itself is given up.
  setTimeout(() => abort.abort(), 100);
  expect((await failureOf(running)).code).toBe("cancelled");
});

test("an abort by a time limit is a timeout", async () => {
  const signal = AbortSignal.timeout(50);
  const running = opened.sandbox.query([one], "SELECT count(*) FROM range(1000000) a, range(1000000) b", {}, signal);
  expect((await failureOf(running)).code).toBe("timeout");
});

test("a document is no table in SQL, and a table has no passages", async () => {
  const document = await opened.upload("notes.md", "# Title\n\nSome words about the study.\n");
  expect(document.kind).toBe("document");
  expect((await opened.sandbox.passages(document, NEVER)).length).toBeGreaterThan(0);
  expect((await failureOf(opened.query([document], "SELECT * FROM notes"))).message).toContain("There are no tables");
  expect((await failureOf(opened.sandbox.passages(one, NEVER))).code).toBe("file_unreadable");
});
