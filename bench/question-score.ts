import type { Report } from "@pharmadb/contracts";
import type { Expectation } from "./questions.ts";

export type Verdict = "right" | "wrong" | "wrong, said unsure" | "declined";
export type Outcome = {
  id: string;
  question: string;
  answer: string;
  verdict: Verdict;
  missing: string[];
  limitations: string[];
  /** Findings that the rule check did not find fully in their evidence. */
  unsupported: number;
};

function textOf(report: Report): string {
  const tables = report.tables
    .flatMap((table) => [table.columns, ...table.rows])
    .map((row) => row.map((cell) => String(cell ?? "")).join(" | "));
  return [report.answer, ...report.findings.map((finding) => finding.statement), ...tables]
    .join("\n")
    .replace(/\[E\d+\]/g, " ");
}

const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

function numbersOf(text: string): number[] {
  const digits = [...text.matchAll(/-?\d+(?:,\d{3})*(?:\.\d+)?/g)].map(([match]) => Number(match.replaceAll(",", "")));
  const words = [...text.toLowerCase().matchAll(/\b[a-z]+\b/g)]
    .map(([word]) => NUMBER_WORDS.indexOf(word))
    .filter((value) => value >= 0);
  return [...digits, ...words];
}

function isFound(expectation: Expectation, text: string, numbers: number[]): boolean {
  if ("text" in expectation) return text.toLowerCase().includes(expectation.text.toLowerCase());
  return numbers.some((number) => Math.abs(number - expectation.number) <= expectation.tolerance + 1e-9);
}

/** Right: every expected number and text stands in the answer, the findings or the tables. */
export function judge(
  question: { id: string; question: string; declines: boolean },
  expected: Expectation[],
  report: Report,
): Outcome {
  const text = textOf(report);
  const numbers = numbersOf(text);
  const answered = report.findings.length > 0;
  const missing = expected
    .filter((expectation) => !isFound(expectation, text, numbers))
    .map((expectation) => ("text" in expectation ? expectation.text : String(expectation.number)));
  const right = question.declines ? !answered : answered && missing.length === 0;
  const unsure = report.findings.every((finding) => finding.confidence === "low");
  const verdict = right ? "right" : !answered ? "declined" : unsure ? "wrong, said unsure" : "wrong";
  return {
    id: question.id,
    question: question.question,
    answer: report.answer,
    verdict,
    missing,
    limitations: report.limitations,
    unsupported: report.findings.filter((finding) => /^(partly|not)_supported$/.test(finding.verdict)).length,
  };
}

function padded(text: string, width: number): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > width ? `${line.slice(0, width - 1)}…` : line.padEnd(width);
}

/** The outcomes as lines of text; with `details` also what was missing and what the report says of its limits. */
export function tableOf(outcomes: Outcome[], details: boolean): string {
  return outcomes
    .flatMap((outcome) => {
      const line =
        `${padded(outcome.id, 5)} ${padded(outcome.verdict, 18)} ${padded(outcome.question, 70)} ${padded(outcome.answer, 110)}`.trimEnd();
      if (!details || outcome.verdict === "right") return [line];
      return [
        line,
        `      missing: ${outcome.missing.join("; ") || "-"}`,
        `      limits: ${outcome.limitations.join(" ")}`,
      ];
    })
    .join("\n");
}
