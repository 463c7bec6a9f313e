import { expect, test } from "vitest";
import { namedTables } from "./named-tables.ts";

const TABLES = ["ae", "dm", "ex", "lb visits", "select"];

test.each([
  ["SELECT count(*) FROM ae", ["ae"]],
  ["select * from AE a, Dm d where a.x = d.x", ["ae", "dm"]],
  ["FROM ae SELECT x", ["ae"]],
  ["FROM a: ae", ["ae"]],
  ["SELECT * FROM ae JOIN dm USING (USUBJID) LEFT JOIN ex ON ex.id = ae.id", ["ae", "dm", "ex"]],
  ["SELECT * FROM ae JOIN dm ON ae.id = dm.id, ex", ["ae", "dm", "ex"]],
  ["SELECT * FROM (ae JOIN dm USING (id))", ["ae", "dm"]],
  ['SELECT * FROM main.ae, memory.main."lb visits"', ["ae", "lb visits"]],
  ['SELECT 1 FROM "select"', ["select"]],
  ["SELECT (SELECT max(x) FROM dm) FROM ae WHERE id IN (SELECT id FROM ex)", ["ae", "dm", "ex"]],
  ["SELECT * FROM ae WHERE EXISTS (FROM dm)", ["ae", "dm"]],
  ["SELECT * FROM ae UNION ALL SELECT * FROM dm EXCEPT FROM ex", ["ae", "dm", "ex"]],
  ["SELECT * FROM ae, LATERAL (SELECT * FROM dm WHERE dm.id = ae.id)", ["ae", "dm"]],
  ["DESCRIBE ae", ["ae"]],
  ["SUMMARIZE dm", ["dm"]],
  ["PIVOT ae ON sex IN ('M', 'F') USING count(*)", ["ae"]],
  ["SELECT * FROM ae PIVOT (count(*) FOR sex IN ('M'))", ["ae"]],
  ["TABLE ae", ["ae"]],
  ["WITH x AS (SELECT * FROM ae) SELECT * FROM x JOIN dm USING (id)", ["ae", "dm"]],
  ["SELECT * FROM ae TABLESAMPLE 10%", ["ae"]],
] as const)("%s reads %j", (sql, expected) => {
  expect([...namedTables(sql, TABLES)].sort()).toEqual([...expected].sort());
});

test.each([
  ["a column of that name", "SELECT ae, dm.ex FROM lb, dm2 dm ORDER BY ex DESC, ae"],
  ["a text value", "SELECT 'FROM ae', e'it\\'s FROM dm', $$FROM ex$$ FROM lb"],
  ["a comment", "SELECT 1 -- FROM ae\n /* FROM dm /* nested FROM ex */ FROM ae */ FROM lb"],
  ["a part of a date", "SELECT extract(year FROM ae), trim(both FROM dm), substring(ex FROM 2) FROM lb"],
  ["a comparison", "SELECT * FROM lb WHERE a IS NOT DISTINCT FROM ae"],
  ["an alias", "SELECT ae.x FROM lb AS ae (dm, ex)"],
  ["a function", "SELECT * FROM ae(1), dm(2)"],
  ["a CTE of that name", "WITH ae AS (SELECT 1), dm(x) AS MATERIALIZED (SELECT * FROM ae) SELECT * FROM ae, dm"],
  ["a recursive CTE of that name", "WITH RECURSIVE ae AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM ae) FROM ae"],
  ["a CTE of an outer query", "WITH ae AS (SELECT 1) SELECT (SELECT max(x) FROM ae)"],
])("%s is no table", (_what, sql) => {
  expect([...namedTables(sql, TABLES)]).toEqual([]);
});

test("a CTE may read the table whose name it takes, and ends with its query", () => {
  expect([...namedTables("WITH ae AS (SELECT * FROM ae) SELECT * FROM ae", TABLES)]).toEqual(["ae"]);
  expect([...namedTables("SELECT * FROM (WITH ae AS (SELECT 1) FROM ae), ae", TABLES)]).toEqual(["ae"]);
});

test("text that never ends takes no more than its length", () => {
  const start = process.cpuUsage();
  for (const open of ["'", '"', "/*", "$$", "(", "e'\\"]) namedTables(`SELECT ${open.repeat(20_000)}`, TABLES);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000);
});
