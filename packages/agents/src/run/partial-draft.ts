import type { Evidence } from "@pharmadb/contracts";
import type { Note, WriterOutput } from "../roles/writer.ts";
import { citedNumbers } from "../verifier/citations.ts";

const MAX_TITLE_CHARACTERS = 120;
const ANSWER_FINDINGS = 2;

/**
 * A draft from the researchers' own findings, without a model. Null where no finding cites evidence that exists: then
 * there is nothing to report.
 */
export function partialDraft(
  question: string,
  notes: readonly Note[],
  evidence: ReadonlyMap<number, Evidence>,
  reason: string,
): WriterOutput | null {
  const findings = notes
    .flatMap((note) => note.findings)
    .filter(({ statement, evidence: numbers }) => {
      const cited = [...numbers, ...citedNumbers(statement)];
      return cited.length > 0 && cited.every((n) => evidence.has(n));
    });
  if (findings.length === 0) return null;
  const title = question.length > MAX_TITLE_CHARACTERS ? `${question.slice(0, MAX_TITLE_CHARACTERS)}…` : question;
  return {
    title: `Partial report: ${title}`,
    answer: findings
      .slice(0, ANSWER_FINDINGS)
      .map(({ statement }) => statement)
      .join(" "),
    findings,
    tables: notes.flatMap((note) => note.tables),
    limitations: [
      `The report was not written to its end: it lists the findings as they were when the run ended. ${reason}`,
      ...notes.flatMap((note) => note.not_found),
    ],
  };
}
