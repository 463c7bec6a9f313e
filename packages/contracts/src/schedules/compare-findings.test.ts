import fc from "fast-check";
import { expect, test } from "vitest";
import { compareFindings } from "./compare-findings.ts";

const says = (...statements: string[]) => statements.map((statement) => ({ statement }));
const NOTHING = { changed: false, added: [], removed: [], numbers: [] };

test("a changed number is told with what it was, beside what is new and what is gone", () => {
  const before = says(
    "12 of 30 subjects had nausea [E1].",
    "Headache was mild [E2].",
    "The mean age was 71.5 years [E3].",
  );
  const after = says(
    "The mean age was 71.5 years [E1].",
    "14 of 30 subjects had nausea [E2][E4].",
    "Two subjects died [E5].",
  );
  expect(compareFindings(before, after)).toEqual({
    changed: true,
    added: ["Two subjects died."],
    removed: ["Headache was mild."],
    numbers: [
      {
        statement: "14 of 30 subjects had nausea.",
        before: "12 of 30 subjects had nausea.",
        numbers: [{ from: "12", to: "14" }],
      },
    ],
  });
});

test("citations, white space and the way a number is written are no change", () => {
  const before = says("In total 1,234.50 mg were given [E1], to  12 subjects [E2, E3].");
  expect(compareFindings(before, says("In total 1234.5 mg were given, to\n12 subjects [E7]."))).toEqual(NOTHING);
});

test("digits in names are not numbers", () => {
  expect(compareFindings(says("Study CDISC01 was closed."), says("Study CDISC02 was closed."))).toMatchObject({
    added: ["Study CDISC02 was closed."],
    removed: ["Study CDISC01 was closed."],
    numbers: [],
  });
});

test("a statement that is made twice and then once is one less", () => {
  const one = "3 subjects.";
  expect(compareFindings(says(one, one), says(one))).toEqual({ ...NOTHING, changed: true, removed: [one] });
  expect(compareFindings(says(one, "4 subjects."), says(one, "5 subjects."))).toMatchObject({
    numbers: [{ numbers: [{ from: "4", to: "5" }] }],
  });
});

const word = fc.constantFrom("subjects", "had", "nausea", "of", "AE01", "mg/dL", "12%", "(", ".", "–", "\u0000");
const number = fc.oneof(
  fc.integer({ min: -99, max: 9999 }).map(String),
  fc.constantFrom("1,234", "0.5", "1.2.3", "2026-11-27"),
);
const citation = fc.constantFrom("[E1]", "[E2][E3]", "[E4, E5]");
const statement = fc
  .array(fc.oneof(word, word, number, citation), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(" "));
const report = fc.array(statement, { maxLength: 8 }).map((statements) => says(...statements));
const shuffled = report.chain((findings) =>
  fc.tuple(fc.constant(findings), fc.shuffledSubarray(findings, { minLength: findings.length })),
);

test("property: a report says nothing else than itself, in whatever order and under whatever citations", () => {
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 1, max: 99 }), ([findings, inAnyOrder], shift) => {
      const renumbered = inAnyOrder.map(({ statement: text }) => ({
        statement: text.replace(/\[E(\d+)/g, (_, n) => `[E${Number(n) + shift}`),
      }));
      expect(compareFindings(findings, renumbered)).toEqual(NOTHING);
    }),
  );
});

test("property: what is added one way is removed the other way, and each number changes back", () => {
  fc.assert(
    fc.property(report, report, (one, two) => {
      const [there, back] = [compareFindings(one, two), compareFindings(two, one)];
      expect(back.changed).toBe(there.changed);
      expect(back.added).toEqual(there.removed);
      expect(back.removed).toEqual(there.added);
      const turned = there.numbers.map(({ statement: is, before, numbers }) => ({
        statement: before,
        before: is,
        numbers: numbers.map(({ from, to }) => ({ from: to, to: from })),
      }));
      const sorted = (list: typeof turned) => list.map((each) => JSON.stringify(each)).sort();
      expect(sorted(back.numbers)).toEqual(sorted(turned));
      expect(there.numbers.every(({ numbers }) => numbers.length > 0)).toBe(true);
    }),
  );
});

test("property: the order of the findings is of no account", () => {
  fc.assert(
    fc.property(report, report, (one, two) => {
      expect(compareFindings(one.toReversed(), two.toReversed())).toEqual(compareFindings(one, two));
    }),
  );
});
