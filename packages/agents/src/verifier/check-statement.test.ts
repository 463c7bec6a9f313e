import * as fc from "fast-check";
import { expect, test } from "vitest";
import { passageEvidence, tableEvidence } from "../testing/sample-evidence.ts";
import { checkStatement } from "./check-statement.ts";

const ARMS = tableEvidence(
  1,
  { ARM: "VARCHAR", subjects: "BIGINT", with_event: "BIGINT", pct: "DOUBLE", mean_age: "DOUBLE" },
  [
    ["Placebo", 86, 26, 30.23255813953488, 75.2093],
    ["Xanomeline Low Dose", 84, 42, 50, 75.6667],
    ["Xanomeline High Dose", 1234, 40, 47.61904761904762, -3.25],
  ],
  { sql: "SELECT ARM, round(100.0 * a / b, 1) FROM adsl WHERE AGE >= 65 AND DOSE = '81 mg' LIMIT 10" },
);

function verdict(statement: string, evidence = [ARMS], question = "How many subjects had an event?"): string {
  return checkStatement(statement, evidence, question).verdict;
}

test.each([
  ["86 subjects received placebo [E1].", "the number itself"],
  ["1,234 subjects [E1].", "thousands separated by a comma"],
  ["1\u202f234 subjects [E1].", "thousands separated by a narrow space"],
  ["The mean age was 75.2 years [E1].", "a rounded number"],
  ["The mean age was 75.21 years [E1].", "a number rounded to two digits"],
  ["The mean age was 75,2 years [E1].", "a decimal comma"],
  ["About 1,200 subjects took part [E1].", "trailing zeros behind about"],
  ["30.2% had an event [E1].", "a rounded percentage"],
  ["50 percent had an event [E1].", "percent in words"],
  ["Ages fell by 3.25 [E1].", "a fall without its sign"],
  ["The change was -3.3 [E1].", "a negative number"],
  ["The change was −3.3 [E1].", "a typographic minus"],
  ["Three arms were compared [E1].", "a number word that counts rows"],
  ["Events per arm: 26/86 [E1].", "a fraction"],
  ["Between 26 and 42 subjects, i.e. 26–42 [E1].", "a range"],
  ["26 of 86 subjects (30.23%) [E1].", "a share of two counts"],
  ["The 2nd arm had 42 [E1].", "a rank among the rows"],
])("%s is supported: %s", (statement) => {
  expect(verdict(statement)).toBe("supported");
});

test.each([
  ["87 subjects received placebo [E1].", "87"],
  ["1,235 subjects [E1].", "1,235"],
  ["The mean age was 75.3 years [E1].", "75.3"],
  ["About 1,300 subjects took part [E1].", "1,300"],
  ["31% had an event [E1].", "31%"],
  ["86% had an event [E1].", "86%"],
  ["100% had an event [E1].", "100%"],
  ["The change was -75.2 [E1].", "-75.2"],
  ["Seventeen subjects dropped out [E1].", "Seventeen"],
  ["99 things were seen [E1].", "99"],
  ["The 9th arm [E1].", "9"],
  ["48 subjects had an event [E1].", "48"],
])("%s is not supported and the reason names %s", (statement, number) => {
  const check = checkStatement(statement, [ARMS], "How many subjects had an event?");
  expect(check.verdict).toBe("not_supported");
  expect(check.problems.join(" ")).toContain(number);
});

test("one number backed and one not make the statement partly supported", () => {
  const check = checkStatement("86 received placebo and 91 the high dose [E1].", [ARMS], "");
  expect(check.verdict).toBe("partly_supported");
  expect(check.problems).toEqual([expect.stringContaining("91")]);
});

test("a number that stands only in the query's filter or the question is allowed but backs nothing", () => {
  expect(verdict("Subjects on 81 mg were older than 65 [E1].")).toBe("not_checked");
  expect(verdict("Those above 70 were frail [E1].", [ARMS], "What about patients above 70?")).toBe("not_checked");
  expect(verdict("26 subjects on 81 mg had an event [E1].")).toBe("supported");
  expect(verdict("99 subjects on 81 mg had an event [E1].")).toBe("not_supported");
});

test("a statement without numbers, dates or quotes is not checked", () => {
  expect(verdict("Events were commoner on the high dose than on placebo [E1].")).toBe("not_checked");
  expect(verdict("At least one of the arms was no one's favourite [E1].")).toBe("not_checked");
});

test("digits inside names that the evidence holds are no claims, and those of other names are", () => {
  const codes = tableEvidence(2, { AEREFID: "VARCHAR", VISIT: "VARCHAR", n: "BIGINT" }, [
    ["AE-12", "Week 24", 5],
    ["CYP3A4", "01-701-1015", 7],
  ]);
  expect(verdict("AE-12 was reported by 5 at Week 24 [E2].", [codes])).toBe("supported");
  expect(verdict("CYP3A4 was affected [E2].", [codes])).toBe("not_checked");
  expect(verdict("Subject 01-701-1015 had 7 [E2].", [codes])).toBe("supported");
  expect(verdict("Subject 01-701-1016 had 7 [E2].", [codes])).toBe("partly_supported");
  expect(verdict("AE-13 was reported [E2].", [codes])).toBe("not_supported");
});

test("dates are compared as dates, in any spelling and as far as they go", () => {
  const dates = tableEvidence(3, { first: "DATE", last: "VARCHAR" }, [["2014-03-05", "12NOV2014"]]);
  for (const date of [
    "2014-03-05",
    "5 March 2014",
    "March 5, 2014",
    "March 2014",
    "05/03/2014",
    "12 Nov 2014",
    "2014",
  ]) {
    expect(verdict(`The first dose was given on ${date} [E3].`, [dates])).toBe("supported");
  }
  for (const date of ["2014-03-06", "6 March 2014", "April 2014", "2015"]) {
    expect(verdict(`The first dose was given on ${date} [E3].`, [dates])).toBe("not_supported");
  }
});

test("numbers and exact quotes are found in passages, with their page", () => {
  const passage = passageEvidence(
    4,
    "Patients received 54 mg or 81 mg daily for twenty-six weeks (see Section 4.2.1).",
  );
  expect(verdict("The doses were 54 and 81 mg [E4].", [passage])).toBe("supported");
  expect(verdict("Treatment lasted 26 weeks, see page 3 and section 4.2.1 [E4].", [passage])).toBe("supported");
  expect(verdict('It says: "patients received 54 mg or 81 mg daily" [E4].', [passage])).toBe("supported");
  expect(verdict('It says: "patients received placebo twice a day" [E4].', [passage])).toBe("not_supported");
  expect(verdict("The dose was 108 mg [E4].", [passage])).toBe("not_supported");
});

test("a percentage that is the share of two counts the statement names is accepted with a note", () => {
  const counts = tableEvidence(5, { n: "BIGINT", total: "BIGINT", sites: "BIGINT", other: "BIGINT" }, [[12, 84, 7, 9]]);
  const check = checkStatement("12 of 84 subjects (14.3%) [E5].", [counts], "");
  expect(check).toEqual({ verdict: "supported", problems: [], notes: [expect.stringContaining("12 of 84 in E5")] });
  expect(verdict("14.4% of subjects, 12 of 84 [E5].", [counts])).toBe("partly_supported");
});

test("where a result was cut, its number of rows backs nothing", () => {
  const rows = [["a"], ["b"], ["c"]];
  expect(verdict("There were 3 [E6].", [tableEvidence(6, { x: "VARCHAR" }, rows)])).toBe("supported");
  const cut = tableEvidence(6, { x: "VARCHAR" }, rows, { truncated: true });
  expect(verdict("There were 3 [E6].", [cut])).toBe("not_supported");
});

test("a query that reads no table backs nothing and is named", () => {
  const made = { ...tableEvidence(8, { n: "BIGINT" }, [[42]], { sql: "SELECT 42 AS n" }), sources: [] };
  const check = checkStatement("There were 42 [E8].", [made], "");
  expect(check).toMatchObject({
    verdict: "not_supported",
    problems: [expect.stringContaining("E8"), expect.any(String)],
  });
});

test("the name of cited evidence claims nothing, that of other evidence does", () => {
  expect(verdict("As E1 shows, there were 86 [E1].")).toBe("supported");
  expect(verdict("As E77 shows, there were 86 [E1].")).toBe("partly_supported");
});

test("a bound on a p-value is backed by any smaller value", () => {
  const p = tableEvidence(7, { p_value: "DOUBLE" }, [[0.00042]]);
  expect(verdict("The difference had p < 0.001 [E7].", [p])).toBe("supported");
  expect(verdict("The difference had p < 0.0001 [E7].", [p])).toBe("not_supported");
});

const cell = fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true });

test("every rounding of a number that the evidence holds is accepted", async () => {
  await fc.assert(
    fc.property(cell, fc.integer({ min: 0, max: 4 }), (value, decimals) => {
      const one = tableEvidence(1, { value: "DOUBLE" }, [[value]]);
      expect(verdict(`The mean was ${value.toFixed(decimals)} [E1].`, [one])).toBe("supported");
    }),
  );
});

test("thousands separators change nothing", async () => {
  await fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (value) => {
      const one = tableEvidence(1, { value: "BIGINT" }, [[value]]);
      expect(verdict(`There were ${value.toLocaleString("en-US")} records [E1].`, [one])).toBe("supported");
    }),
  );
});

test("a number changed by more than rounding is rejected", async () => {
  const change = fc.integer({ min: 2, max: 5000 });
  await fc.assert(
    fc.property(cell, fc.integer({ min: 0, max: 3 }), change, (value, decimals, units) => {
      const claimed = Math.abs(value) + units * 10 ** -decimals;
      // The one row is itself a number that may be stated.
      fc.pre(Math.abs(claimed - 1) > 10 ** -decimals);
      const one = tableEvidence(1, { value: "DOUBLE" }, [[value]]);
      expect(verdict(`The mean was ${claimed.toFixed(decimals)} [E1].`, [one])).toBe("not_supported");
    }),
  );
});

test("no text ends the check with an error", async () => {
  await fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.string({ maxLength: 100 }), (statement, text) => {
      const verdicts = ["supported", "partly_supported", "not_supported", "not_checked"];
      expect(verdicts).toContain(verdict(`${statement} [E1]`, [ARMS, passageEvidence(4, text)]));
    }),
  );
});
