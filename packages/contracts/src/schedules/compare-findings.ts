import type { Finding, Report } from "../report.ts";
import type { ReportChanges } from "./report-changes.ts";

const CITATIONS = /\s*\[E\d+(?:\s*,\s*E\d+)*\]/g;
/** Not the digits in names such as `CDISCPILOT01`, which mean something else when they differ. */
const NUMBER = /(?<![\p{L}\p{N}_])-?\d+(?:[.,]\d+)*(?![\p{L}\p{N}_])/gu;
const IN_THOUSANDS = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

type Statement = {
  text: string;
  /** The text with its numbers left out. */
  words: string;
  numbers: string[];
  /** What two statements have in common that say the same. */
  meaning: string;
};

/**
 * What the findings after say otherwise than those before. Their order is of no account, nor are citations, white space
 * and the way a number is written. Statements that differ in their numbers alone are one whose numbers have changed.
 */
export function compareFindings(
  before: readonly Pick<Finding, "statement">[],
  after: readonly Pick<Finding, "statement">[],
): Omit<ReportChanges, "compared_with"> {
  const [old, fresh] = [before.map(toStatement), after.map(toStatement)];
  const gone = without(old, fresh);
  const come = Map.groupBy(without(fresh, old), ({ words }) => words);
  const changes: Omit<ReportChanges, "compared_with"> = { changed: false, added: [], removed: [], numbers: [] };
  for (const was of gone) {
    const is = was.numbers.length === 0 ? undefined : come.get(was.words)?.shift();
    if (is) changes.numbers.push({ statement: is.text, before: was.text, numbers: changedNumbers(was, is) });
    else changes.removed.push(was.text);
  }
  changes.added = [...come.values()].flat().map(({ text }) => text);
  changes.added.sort(byText);
  changes.numbers.sort((a, b) => byText(a.statement, b.statement));
  changes.changed = changes.added.length + changes.removed.length + changes.numbers.length > 0;
  return changes;
}

/** What a report says otherwise than the one before, which is that of another job. */
export function compareReports(
  before: { researchId: string; report: Pick<Report, "findings"> },
  report: Pick<Report, "findings">,
): ReportChanges {
  return { compared_with: before.researchId, ...compareFindings(before.report.findings, report.findings) };
}

function toStatement({ statement }: Pick<Finding, "statement">): Statement {
  const text = statement.normalize("NFC").replace(CITATIONS, "").replace(/\s+/g, " ").trim();
  const numbers = [...text.matchAll(NUMBER)].map(([number]) => number);
  const words = text.replace(NUMBER, "#");
  return { text, words, numbers, meaning: JSON.stringify([words, ...numbers.map(numericValue)]) };
}

/** The statements that the others do not make, or not as often, in the order of their texts. */
function without(statements: readonly Statement[], others: readonly Statement[]): Statement[] {
  const made = new Map<string, number>();
  for (const { meaning } of others) made.set(meaning, (made.get(meaning) ?? 0) + 1);
  return statements
    .toSorted((a, b) => byText(a.text, b.text))
    .filter(({ meaning }) => {
      const left = made.get(meaning) ?? 0;
      made.set(meaning, left - 1);
      return left <= 0;
    });
}

function changedNumbers(was: Statement, is: Statement): { from: string; to: string }[] {
  return was.numbers.flatMap((from, index) => {
    const to = is.numbers[index] ?? "";
    return numericValue(from) === numericValue(to) ? [] : [{ from, to }];
  });
}

/** `1,234.50` and `1234.5` are one number. What is none after all, such as `1.2.3`, is what it reads. */
function numericValue(number: string): string {
  const plain = IN_THOUSANDS.test(number) ? number.replaceAll(",", "") : number;
  return /^-?\d+(?:\.\d+)?$/.test(plain) && plain.length <= 15 ? String(Number(plain)) : plain;
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
