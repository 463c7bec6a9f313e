import type { JsonValue } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { compose } from "../compose/compose.ts";
import type { TableInput } from "../match/catalog.ts";
import { EVENTS, LABS, SUBJECTS } from "../small-tables.ts";
import { understand } from "../understand/understand.ts";
import { phrase } from "./phrase.ts";

function said(question: string, rows: JsonValue[][], ...tables: TableInput[]) {
  const { understood, problem } = understand(question, tables, []);
  if (!understood) throw new Error(problem.reasons.join(" "));
  const { title, statements } = phrase(understood, compose(understood), {
    columns: [],
    rows,
    row_count: rows.length,
    truncated: false,
  });
  return { title, text: statements.join(" ") };
}

test("counts by group come first, what was counted behind them", () => {
  const rows = [
    ["Drugamine High Dose", 6],
    ["Placebo", 6],
  ];
  expect(said("How many subjects are in each treatment arm?", rows, SUBJECTS)).toEqual({
    title: "Subjects by actual treatment",
    text: "Drugamine High Dose: 6 subjects; Placebo: 6 (distinct USUBJID in adsl, by actual treatment (TRT01A)).",
  });
});

test("a percentage says of whom, with the counts behind it", () => {
  expect(said("What percentage of subjects are female?", [[66.67, 8, 12]], SUBJECTS).text).toBe(
    "66.7% of subjects are female (8 of 12 distinct USUBJID in adsl; SEX = F).",
  );
});

test("a difference of percentages is in percentage points, with its direction and ratio", () => {
  const rows = [
    ["Drugamine High Dose", 22, 11, 50, 14, 2.75],
    ["Placebo", 8, 4, 50, 0, 1],
  ];
  const question = "Compare the percentage of subjects with dizziness between the arms.";
  expect(said(question, rows, EVENTS, SUBJECTS).text).toMatch(
    /^Drugamine High Dose: 22% \(11 of 50 subjects\), 14 percentage points higher than Placebo \(ratio 2\.75\); Placebo: 8% \(4 of 50\) /,
  );
});

test("a value carries its test in the words of the question, its unit and its number of values", () => {
  expect(said("What was the highest alanine aminotransferase?", [[105, 8, "U/L"]], LABS).text).toBe(
    "The maximum alanine aminotransferase (ALT) is 105 U/L (n = 8; LBSTRESN in lb; test code (LBTESTCD) = ALT).",
  );
});

test("a result without rows states nothing", () => {
  expect(said("What is the mean age of women?", [[null, 0]], SUBJECTS).text).toBe("");
});
