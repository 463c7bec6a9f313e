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

test("longer terms with the same words are named, and counted as a second reading", () => {
  const { understood } = understand("How many subjects had pruritus?", [EVENTS], []);
  expect(understood?.notes.join(" ")).toContain("APPLICATION SITE PRURITUS");
  expect(understood?.conditions).toMatchObject([{ values: ["PRURITUS"] }]);
  expect(understood?.broader?.conditions).toMatchObject([{ values: ["PRURITUS", "APPLICATION SITE PRURITUS"] }]);
});

test("a term of two columns says which was taken", () => {
  const medications = smallTable("cm", [
    ["USUBJID", "CMTRT", "CMDECOD"],
    ["S-1", "ASPIRIN", "ASPIRIN"],
    ["S-2", "ASPIRIN", "OTHER"],
  ]);
  const { understood } = understand("How many subjects took aspirin?", [medications], []);
  expect(understood?.notes.join(" ")).toContain("value of CMDECOD (1 row), which was used, and of CMTRT (2 rows)");
});

test("a whole that holds screen failures says so", () => {
  const everybody = smallTable("dm", [
    ["USUBJID", "ARM", "SEX"],
    ["S-1", "Placebo", "F"],
    ["S-2", "Screen Failure", "M"],
  ]);
  const { understood } = understand("What percentage of subjects are female?", [everybody], []);
  expect(understood?.notes.join(" ")).toContain("1 screen failure (ARM = Screen Failure); included here");
  const { understood: apart } = understand("How many subjects are in each planned arm?", [everybody], []);
  expect(apart?.notes).toEqual([]);
});

test.each([
  ["How many adverse events were reported per month?", EVENTS, "per month"],
  ["How many women were in each arm on placebo?", SUBJECTS, "only Placebo"],
] as const)("declines %s, since a small word changes what is asked", (question, table, reason) => {
  expect(reading(question, table)).toMatch(new RegExp(`^declined: .*${reason}`));
});

test("a declined question names columns that sound alike and the tables at hand", () => {
  const { problem } = understand("What is the racial admixture index?", [SUBJECTS], []);
  expect(problem?.suggestions.join(" ")).toContain("Tables at hand: adsl (USUBJID, TRT01A");
});

test("a misspelt common word is read as what it stands for, and the notes say so", () => {
  const { understood } = understand("How many subects are female?", [SUBJECTS], []);
  expect(understood?.notes).toContain("Read 'subects' as 'subjects'.");
});

test("people that are only named are counted, and the notes say so", () => {
  const { understood } = understand("Patients with syncope or dizziness, by arm", [EVENTS], []);
  expect(understood ?? null).toBeNull();
  const { understood: counted } = understand("pts w/ dizziness, by arm", [EVENTS], []);
  expect(counted).toMatchObject({ measure: { kind: "subjects" }, groups: [{ column: "TRTA" }] });
  expect(counted?.notes.join(" ")).toContain("took it to ask for a count");
});

test("the highest number for one subject is the largest count of all", () => {
  expect(reading("What is the highest number of adverse events for one subject?", EVENTS)).toBe(
    "Count the rows of adae for each USUBJID and take the maximum.",
  );
});

test("a column behind a part of a value says whose value it is", () => {
  expect(reading("How many adverse events are in the nervous body system?", EVENTS)).toBe(
    "Count the rows of adae where AEBODSYS = NERVOUS SYSTEM DISORDERS.",
  );
});
