import { expect, test } from "vitest";
import type { TableInput } from "../match/catalog.ts";
import { EVENTS, LABS, SUBJECTS, smallTable } from "../small-tables.ts";
import { understand } from "../understand/understand.ts";
import { compose } from "./compose.ts";

function sqlOf(question: string, ...tables: TableInput[]): string {
  const { understood, problem } = understand(question, tables, []);
  if (!understood) throw new Error(problem.reasons.join(" "));
  return compose(understood).sql;
}

test("a count stands on lines of its own, without quotes and casts", () => {
  expect(sqlOf("How many women are in each treatment arm?", SUBJECTS)).toBe(
    [
      "select TRT01A, count(distinct USUBJID) as subjects",
      "from adsl",
      "where SEX = 'F'",
      "group by TRT01A",
      "order by TRT01A",
    ].join("\n"),
  );
});

test("what ties with the last of the first few stays in the result", () => {
  expect(sqlOf("What are the three most common preferred terms?", EVENTS)).toContain(
    "qualify rank() over (order by records desc) <= 3",
  );
});

test("a comparison names its groups and its reference, and shows no helper columns", () => {
  const sql = sqlOf("Compare the percentage of subjects with dizziness between the arms.", EVENTS, SUBJECTS);
  expect(sql).toMatch(/^with hits as \(\n {2}select distinct USUBJID as subject\n {2}from adae/);
  expect(sql).toContain("reference as (\n  select percent\n  from each_group\n  where TRT01A = 'Placebo'\n)");
  expect(sql.match(/ as (\w+)(?=,?\n| from)/g)?.slice(-2)).toEqual([" as difference", " as ratio"]);
});

test("days between two dates are counted on the dates themselves", () => {
  const stays = smallTable("stays", [
    ["USUBJID", "TRTSDT", "TRTEDT"],
    ["S-1", "2013-01-01", "2013-02-01"],
    ["S-2", "2013-01-05", "2013-03-01"],
  ]);
  expect(sqlOf("What is the median number of days between the first dose and the last dose?", stays)).toContain(
    "round(median(date_diff('day', TRTSDT, TRTEDT)), 4) as median_days",
  );
});

test("partial dates are tried as dates and left out where they are none", () => {
  const spans = smallTable("spans", [
    ["USUBJID", "AESTDTC", "AEENDTC"],
    ["S-1", "2013", "2013-02-01"],
    ["S-2", "2013-01-05", "2013-03"],
  ]);
  expect(sqlOf("What is the average number of days between start date and end date?", spans)).toContain(
    "date_diff('day', try_cast(AESTDTC as date), try_cast(AEENDTC as date))",
  );
});

test("a change from baseline takes off the subject's own flagged value of the same test", () => {
  const sql = sqlOf("What is the mean change in ALT from baseline to week 24?", LABS);
  expect(sql).toContain("with base as (\n  select USUBJID, LBTESTCD");
  expect(sql).toContain("where LBBLFL = 'Y'");
  expect(sql).toContain("round(avg(lb.LBSTRESN - base.baseline), 4) as mean_change");
  expect(sql).toContain("and lb.VISIT = 'WEEK 24'");
});

test("what some have and do not have besides goes by the subject, not by the row", () => {
  expect(sqlOf("How many subjects had dizziness but not pruritus?", EVENTS)).toMatch(
    /where AEDECOD = 'DIZZINESS'\n {2}and USUBJID not in \(\n {4}select USUBJID\n {4}from adae\n {4}where AEDECOD = 'PRURITUS'/,
  );
});

test("a threshold on groups is a having", () => {
  expect(sqlOf("Which preferred terms were reported by more than 3 subjects?", EVENTS)).toContain(
    "having subjects > 3",
  );
});

test("a reserved word is quoted as a name, and a quote in a value is doubled", () => {
  const odd = smallTable("odd", [
    ["id", "order", "site"],
    [1, "first", "O'Hara"],
    [2, "second", "Berlin"],
  ]);
  expect(sqlOf("How many subjects are there per order?", odd)).toContain('group by "order"');
  expect(sqlOf("How many subjects are at O'Hara?", odd)).toContain("'O''Hara'");
});

test.each([
  ["before March 2013", "TRTSDT < date '2013-03-01'"],
  ["after March 2013", "TRTSDT >= date '2013-04-01'"],
  ["in 2013", "TRTSDT >= date '2013-01-01' and TRTSDT < date '2014-01-01'"],
  ["after 2013-12-31", "TRTSDT >= date '2014-01-01'"],
])("a stretch of time such as %s becomes whole dates", (words, condition) => {
  expect(sqlOf(`How many subjects started treatment ${words}?`, SUBJECTS)).toContain(condition);
});
