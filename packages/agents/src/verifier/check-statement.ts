import type { Evidence, Verdict } from "@pharmadb/contracts";
import { isBacked, type Share, shareBehind } from "./check-numbers.ts";
import { withoutCitations } from "./citations.ts";
import { contextNumbers, type EvidenceNumbers, evidenceNumbers, readsNoTable } from "./evidence-numbers.ts";
import { checkQuotes } from "./quotes.ts";
import { backsDate, type DateParts } from "./scan-dates.ts";
import { type NumberToken, scanNumbers } from "./scan-numbers.ts";
import { holdsToken, maskLabels } from "./verbatim-text.ts";

/** What the rules found out about one text. */
export type Check = {
  verdict: Verdict;
  /** Reasons against it, each naming the number, date or quote. */
  problems: string[];
  /** Remarks that are no complaint, such as a share that was computed from two counts. */
  notes: string[];
};

// "as E3 shows": the name of evidence that is there claims nothing. Other names of the kind may be codes (E11).
const EVIDENCE_NAME = /(?<![\p{L}\p{N}])E(\d+)(?![\p{L}\p{N}.])/gu;
const P_VALUE_BEFORE = /\bp(?:[- ]?values?)?\s*(?:was |of |is )?(?:[<≤]|less than|below|under)\s*$/i;

/**
 * Holds a text against the evidence it cites, by rules alone: every number, date and exact quote in it must stand in
 * the content of that evidence or become so by rounding. What only the question or a query's filter says is allowed
 * but backs nothing. A text without anything of the kind is `not_checked`.
 */
export function checkStatement(statement: string, cited: readonly Evidence[], question: string): Check {
  const content = evidenceNumbers(cited);
  const context = contextNumbers(cited, question);
  const isCited = (n: string) => cited.some((one) => one.n === Number(n));
  const text = withoutCitations(statement).replace(EVIDENCE_NAME, (name, n: string) => {
    return isCited(n) ? " ".repeat(name.length) : name;
  });
  const quotes = checkQuotes(text, content.text, context.text);
  const labels = maskLabels(quotes.rest, content.labels);
  const scan = scanNumbers(labels);
  const tally: Tally = {
    backed: quotes.backed,
    problems: [...quotes.problems, ...cited.flatMap(withoutTable)],
    notes: [],
  };
  checkDates(scan.dates, content, context, tally);
  for (const { text: name } of scan.verbatim) {
    if (holdsToken(content.text, name)) tally.backed++;
    else if (!holdsToken(context.text, name)) tally.problems.push(`${name} is not in the cited evidence.`);
  }
  const numbers = scan.numbers.filter((claim) => !isName(claim, content, context));
  checkNumbers(numbers, labels, content, context, tally);
  return { verdict: verdictOf(tally), problems: tally.problems, notes: tally.notes };
}

/** What a query says that reads no table (SELECT 42) is the model's own word and backs nothing. */
function withoutTable(evidence: Evidence): string[] {
  return readsNoTable(evidence) ? [`E${evidence.n} reads no table: what it holds stands in the query itself.`] : [];
}

type Tally = { backed: number; problems: string[]; notes: string[] };

function verdictOf({ backed, problems }: Tally): Verdict {
  if (problems.length > 0) return backed > 0 ? "partly_supported" : "not_supported";
  return backed > 0 ? "supported" : "not_checked";
}

function checkDates(
  dates: readonly { text: string; readings: DateParts[] }[],
  content: EvidenceNumbers,
  context: EvidenceNumbers,
  tally: Tally,
): void {
  for (const { text, readings } of dates) {
    const isIn = (held: EvidenceNumbers) =>
      readings.some((reading) => held.dates.some((date) => backsDate(date, reading)));
    if (isIn(content)) tally.backed++;
    else if (!isIn(context)) tally.problems.push(`The date ${text} is not in the cited evidence.`);
  }
}

function checkNumbers(
  claims: readonly NumberToken[],
  text: string,
  content: EvidenceNumbers,
  context: EvidenceNumbers,
  tally: Tally,
): void {
  const named = claims.filter((claim) => !claim.percent && isBacked(claim, content)).map(({ value }) => value);
  for (const claim of claims) {
    const share = isBacked(claim, content) ? null : shareBehind(claim, named, content);
    if (share) tally.notes.push(shareNote(claim, share));
    if (share || isBacked(claim, content) || isBackedBound(claim, text, content)) tally.backed++;
    else if (!isBacked(claim, context)) {
      tally.problems.push(`The number ${shown(claim)} is not in the cited evidence, nor a rounding of a number in it.`);
    }
  }
}

/** A name with digits that stands in the evidence or the question as it is, such as AE-12 or 81mg, claims nothing. */
function isName({ token, text, ordinal }: NumberToken, content: EvidenceNumbers, context: EvidenceNumbers): boolean {
  if (token === text || ordinal || !/\p{L}/u.test(token)) return false;
  return holdsToken(content.text, token) || holdsToken(context.text, token);
}

/** "p < 0.001" is backed by any value of the evidence below it. */
function isBackedBound(claim: NumberToken, text: string, content: EvidenceNumbers): boolean {
  if (!P_VALUE_BEFORE.test(text.slice(Math.max(0, claim.start - 40), claim.start))) return false;
  return content.numbers.some(({ value, kind }) => kind !== "count" && value >= 0 && value < claim.value);
}

function shown({ text, percent, negative }: NumberToken): string {
  return `${negative ? "-" : ""}${text}${percent ? "%" : ""}`;
}

function shareNote(claim: NumberToken, { part, whole, evidence }: Share): string {
  return `${shown(claim)} is ${part} of ${whole} in E${evidence}, computed by the check.`;
}
