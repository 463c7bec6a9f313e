import type { Evidence, Report } from "@pharmadb/contracts";
import { evidenceAppendix } from "./evidence-appendix.ts";
import { inline, markdownTable, paragraph } from "./markdown-text.ts";
import { VERDICT_MARKS } from "./verdict-marks.ts";

/** The report as Markdown, in the order in which it is read. Text of the report cannot break out of its place. */
export function renderMarkdown(report: Omit<Report, "markdown">): string {
  const sections = [
    `# ${inline(report.title)}`,
    paragraph(report.answer),
    ...(report.partial ? ["> **Partial report.** The run ended early; see the limitations."] : []),
    findings(report),
    ...report.tables.map((table) => {
      return `### ${inline(table.title)} [E${table.evidence}]\n\n${markdownTable(table.columns, table.rows)}`;
    }),
    list("Limitations", report.limitations.map(inline)),
    searched(report),
    `Written by ${inline(report.model)}. Marks: ${Object.values(VERDICT_MARKS)
      .map(({ sign, words }) => `${sign} ${words}`)
      .join(", ")}.`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function findings(report: Omit<Report, "markdown">): string {
  const lines = report.findings.map(({ statement, verdict, confidence, issues }) => {
    const { sign, words } = VERDICT_MARKS[verdict];
    const head = `- ${sign} ${inline(statement)} *(${words}; confidence: ${confidence})*`;
    return [head, ...issues.map((issue) => `  - ${inline(issue)}`)].join("\n");
  });
  const body = lines.length === 0 ? "No findings." : lines.join("\n");
  return `## Findings\n\n${body}${report.tables.length > 0 ? "\n\n## Tables" : ""}`;
}

function searched(report: Omit<Report, "markdown">): string {
  if (report.searched.length === 0) return "";
  const rows = report.searched.map(({ source, query, found, used }) => [source, query, found, used]);
  return `## What was searched\n\n${markdownTable(["Source", "Query", "Found", "Used"], rows)}`;
}

function list(title: string, items: string[]): string {
  if (items.length === 0) return "";
  return `## ${title}\n\n${items.map((item) => `- ${item}`).join("\n")}`;
}

/** The same with an appendix of all evidence: what each number rests on, with the exact queries. */
export function renderMarkdownWithEvidence(report: Omit<Report, "markdown">, evidence: readonly Evidence[]): string {
  const appendix = evidenceAppendix(evidence);
  return appendix === "" ? renderMarkdown(report) : `${renderMarkdown(report)}\n${appendix}\n`;
}
