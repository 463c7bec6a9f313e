import type { Evidence, Finding, Verdict } from "@pharmadb/contracts";
import type { DraftFinding, DraftTable } from "../roles/researcher.ts";
import { checkStatement } from "./check-statement.ts";
import { citedNumbers, withCitations } from "./citations.ts";
import { splitSentences } from "./split-sentences.ts";

/** What the verifier reads of a draft. */
export type Draft = {
  title: string;
  answer: string;
  findings: readonly DraftFinding[];
  tables: readonly DraftTable[];
  limitations: readonly string[];
};

export type VerifiedDraft = {
  title: string;
  answer: string;
  findings: Finding[];
  /** The draft's limitations that may stay, then what the verifier took out or doubts. */
  limitations: string[];
  counts: Record<Verdict | "dropped", number>;
};

export type EvidenceByNumber = ReadonlyMap<number, Evidence>;

/**
 * Holds every statement of a draft against the evidence, without a model. Nothing that cites unknown evidence is
 * kept; what the evidence does not hold is flagged.
 */
export function verifyDraft(draft: Draft, evidence: EvidenceByNumber, question: string): VerifiedDraft {
  const limitations = draft.limitations.filter((line) => citedNumbers(line).every((n) => evidence.has(n)));
  const left = draft.limitations.length - limitations.length;
  checkLimitations(limitations, evidence, question);
  if (left > 0) limitations.push(`Limitations that cited evidence that does not exist were left out (${left}).`);
  const findings = draft.findings.flatMap((finding) => verifyFinding(finding, evidence, question, limitations));
  const answer = verifyAnswer(draft.answer, findings, evidence, question, limitations);
  const all = citedEvidence(findings, answer, evidence);
  const title = checkStatement(draft.title, all, question);
  for (const problem of title.problems) limitations.push(`The title is not fully backed by evidence: ${problem}`);
  for (const { title: name, evidence: n } of draft.tables) {
    for (const problem of checkStatement(name, pick(evidence, [n]), question).problems) {
      limitations.push(`The title of a table is not fully backed by evidence: ${problem}`);
    }
  }
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const counts = {
    supported: count("supported"),
    partly_supported: count("partly_supported"),
    not_supported: count("not_supported"),
    not_checked: count("not_checked"),
    dropped: draft.findings.length - findings.length,
  };
  return { title: draft.title, answer, findings, limitations, counts };
}

/** Only those with citations are about the data; the others are about the work, such as what was not computed. */
function checkLimitations(limitations: string[], evidence: EvidenceByNumber, question: string): void {
  for (const line of [...limitations]) {
    const numbers = citedNumbers(line);
    if (numbers.length === 0) continue;
    for (const problem of checkStatement(line, pick(evidence, numbers), question).problems) {
      limitations.push(`A limitation is not fully backed by evidence: ${problem}`);
    }
  }
}

function verifyFinding(
  draft: DraftFinding,
  evidence: EvidenceByNumber,
  question: string,
  limitations: string[],
): Finding[] {
  const inText = citedNumbers(draft.statement);
  const numbers = [...new Set([...inText, ...draft.evidence])];
  const unknown = numbers.filter((n) => !evidence.has(n));
  if (unknown.length > 0) {
    const names = unknown.map((n) => `E${n}`).join(", ");
    limitations.push(`A finding was left out because it cited evidence that does not exist (${names}).`);
    return [];
  }
  const { confidence } = draft;
  if (numbers.length === 0) {
    limitations.push(`A finding cites no evidence and is not supported: "${shortened(draft.statement)}"`);
    const issues = ["No evidence is cited."];
    return [{ statement: draft.statement, evidence: [], confidence, verdict: "not_supported", issues }];
  }
  const missing = numbers.filter((n) => !inText.includes(n));
  const statement = missing.length === 0 ? draft.statement : withCitations(draft.statement, missing);
  const { verdict, problems, notes } = checkStatement(statement, pick(evidence, numbers), question);
  return [{ statement, evidence: numbers, confidence, verdict, issues: [...problems, ...notes] }];
}

const NOTHING_LEFT =
  "No sentence of the drafted answer could be kept, because each cited evidence that does not exist.";

function verifyAnswer(
  answer: string,
  findings: readonly Finding[],
  evidence: EvidenceByNumber,
  question: string,
  limitations: string[],
): string {
  const kept: string[] = [];
  for (const sentence of splitSentences(answer)) {
    const numbers = citedNumbers(sentence);
    const unknown = numbers.filter((n) => !evidence.has(n));
    if (unknown.length > 0) {
      const names = unknown.map((n) => `E${n}`).join(", ");
      limitations.push(
        `A sentence of the answer was left out because it cited evidence that does not exist (${names}).`,
      );
      continue;
    }
    kept.push(sentence);
    // A sentence without citations sums up, so it is held against all that the report cites.
    const cited = numbers.length > 0 ? pick(evidence, numbers) : citedEvidence(findings, answer, evidence);
    for (const problem of checkStatement(sentence, cited, question).problems) {
      limitations.push(`The answer is not fully backed by evidence: ${problem}`);
    }
  }
  const text = kept.join("").trim();
  return text === "" && answer.trim() !== "" ? NOTHING_LEFT : text;
}

function citedEvidence(findings: readonly Finding[], answer: string, evidence: EvidenceByNumber): Evidence[] {
  return pick(evidence, [...new Set([...findings.flatMap((finding) => finding.evidence), ...citedNumbers(answer)])]);
}

function pick(evidence: EvidenceByNumber, numbers: readonly number[]): Evidence[] {
  return numbers.flatMap((n) => evidence.get(n) ?? []);
}

const SHORT_CHARACTERS = 160;

function shortened(text: string): string {
  return text.length > SHORT_CHARACTERS ? `${text.slice(0, SHORT_CHARACTERS)}…` : text;
}
