import { expect, test } from "vitest";
import { compose } from "../compose/compose.ts";
import type { TableInput } from "../match/catalog.ts";
import { describe } from "../phrase/describe.ts";
import { EVENTS, LABS, SUBJECTS, smallTable } from "../small-tables.ts";
import { understand } from "./understand.ts";

function reading(question: string, ...tables: TableInput[]): string {
  const { understood, problem } = understand(question, tables, []);
  return understood ? describe(understood) : `declined: ${problem.reasons.join(" ")}`;
}

test.each([
  ["How many subjects are in each treatment arm?", "Count distinct USUBJID in adsl, by TRT01A."],
  ["What is the mean age of women?", "Take the mean of AGE in adsl where SEX = F."],
  [
    "How many patients older than 65 completed the study?",
    "Count distinct USUBJID in adsl where AGE > 65 and DCDECOD = COMPLETED.",
  ],
  [
    "How many participants dropped out because of an adverse event?",
    "Count distinct USUBJID in adsl where DCDECOD = ADVERSE EVENT.",
  ],
  ["Which site enrolled the fewest patients?", "Count distinct USUBJID in adsl, by SITEID, lowest first."],
  ["Distribution of race by sex", "Count distinct USUBJID in adsl, by SEX and RACE."],
  [
    "How many subjects started treatment before March 2013?",
    "Count distinct USUBJID in adsl where TRTSDT before 2013-03.",
  ],
  ["How many are between 62 and 65 years old?", "Count distinct USUBJID in adsl where AGE between 62 and 65."],
])("on subjects, %s", (question, words) => {
  expect(reading(question, SUBJECTS)).toBe(words);
});

test.each([
  ["How many severe adverse events were reported?", "Count the rows of adae where AESEV = SEVERE."],
  [
    "How many subjects had itching in the high dose arm?",
    "Count distinct USUBJID in adae where AEDECOD = PRURITUS and TRTA = Drugamine High Dose.",
  ],
  ["What are the three most common preferred terms?", "Count the rows of adae, by AEDECOD, highest first."],
  ["How many different preferred terms were reported?", "Count the distinct values of AEDECOD in adae."],
  ["How many adverse events have no end date?", "Count the rows of adae where AEENDTC is missing."],
  ["How many adverse events were not serious?", "Count the rows of adae where AESER is not Y."],
  ["How many subjects had more than 2 adverse events?", "Count distinct USUBJID in adae, with row counts > 2."],
  ["What percentage of events were mild?", "Take the percentage of the rows of adae where AESEV = MILD."],
  [
    "What is the average number of adverse events per patient?",
    "Count the rows of adae for each USUBJID and take the mean.",
  ],
])("on events, %s", (question, words) => {
  expect(reading(question, EVENTS)).toBe(words);
});

test("a percentage of subjects is of all subjects where their table is at hand", () => {
  const { understood } = understand(
    "What percentage of subjects in each arm had a serious adverse event?",
    [EVENTS, SUBJECTS],
    [],
  );
  expect(understood).toMatchObject({ populationTable: "adsl", groups: [{ table: "adsl", column: "TRT01A" }] });
});

test("without a table of all subjects the whole is the subjects at hand, and the notes say so", () => {
  const { understood } = understand("What percentage of subjects had a serious adverse event?", [EVENTS], []);
  expect(understood?.notes.join(" ")).toContain("No table of all subjects");
});

test("a condition on another table goes by the key that both share", () => {
  const { understood } = understand("How many adverse events occurred in women?", [EVENTS, SUBJECTS], []);
  expect(understood && compose(understood).sql).toContain(
    "where USUBJID in (\n    select USUBJID\n    from adsl\n    where SEX = 'F'\n  )",
  );
});

test("subjects without an event are sought among all subjects", () => {
  const { understood } = understand("How many placebo subjects had no adverse events?", [EVENTS, SUBJECTS], []);
  expect(understood && compose(understood).sql).toMatch(
    /from adsl\nwhere TRT01A = 'Placebo'\n {2}and USUBJID not in \(\n {4}select USUBJID/,
  );
});

test("the word for a test picks its rows and the column of results", () => {
  expect(reading("What was the highest ALT at week 24?", LABS)).toBe(
    "Take the maximum of LBSTRESN in lb where LBTESTCD = ALT and VISIT = WEEK 24.",
  );
});

test.each([
  ["What is the mean result?", LABS, "holds results of 2 tests"],
  ["What is the mean troponin?", LABS, "'troponin'"],
  ["How many subjects had unicorn fever?", EVENTS, "'unicorn'"],
  ["Is age correlated with weight?", SUBJECTS, "nothing to compute"],
  ["How many subjects had an adverse event?", SUBJECTS, "'adverse'"],
] as const)("declines %s and names what it lacks", (question, table, reason) => {
  expect(reading(question, table)).toMatch(new RegExp(`^declined: .*${reason}`));
});

test("a coded level is understood by its words", () => {
  const trial = smallTable("pilot", [
    ["id", "rx", "gender", "outcome"],
    [1, "1_drugamine", "1_female", "1_yes"],
    [2, "0_placebo", "2_male", "0_no"],
    [3, "1_drugamine", "2_male", "0_no"],
  ]);
  expect(reading("How many women received drugamine?", trial)).toBe(
    "Count distinct id in pilot where gender = 1_female and rx = 1_drugamine.",
  );
});

test("an unnamed outcome is taken as the outcome column with low confidence", () => {
  const trial = smallTable("pilot", [
    ["id", "rx", "outcome"],
    [1, "active", "1_yes"],
    [2, "placebo", "0_no"],
  ]);
  const { understood } = understand("How many patients had pancreatitis?", [trial], []);
  expect(understood).toMatchObject({
    confidence: "low",
    conditions: [{ column: { column: "outcome" }, values: ["1_yes"] }],
  });
});

test("values that only a lookup finds are understood too", () => {
  const found = { table: "adae", column: "AEDECOD", value: "ATRIAL FIBRILLATION", count: 3 };
  const { understood } = understand("How many subjects had atrial fibrillation?", [EVENTS], [found]);
  expect(understood?.conditions).toMatchObject([{ values: ["ATRIAL FIBRILLATION"] }]);
});
