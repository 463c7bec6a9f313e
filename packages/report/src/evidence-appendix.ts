import { type Evidence, type JsonValue, PassageContent, TableContent } from "@pharmadb/contracts";
import { fenced, inline, markdownTable } from "./markdown-text.ts";
import { sourceLine } from "./source-line.ts";

/** What an appendix shows of one result; the evidence itself holds the rest. */
const MAX_ROWS = 50;

/** The appendix that shows where each number comes from: tool, exact query, file, page, content. */
export function evidenceAppendix(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return "";
  return ["## Evidence", ...evidence.map(section)].join("\n\n");
}

function section(evidence: Evidence): string {
  const { n, tool, query, sources, sha256, content } = evidence;
  const lines = [
    `### E${n}`,
    [
      `- Tool: ${inline(tool)}`,
      ...sources.map((source) => `- Source: ${inline(sourceLine(source))}`),
      `- SHA-256: ${sha256}`,
    ].join("\n"),
    ...(query === null ? [] : [fenced(query, tool === "tables_query" ? "sql" : "text")]),
    renderContent(content),
  ];
  return lines.join("\n\n");
}

function renderContent(content: JsonValue): string {
  const table = TableContent.safeParse(content);
  if (table.success) {
    const { columns, rows, row_count, truncated } = table.data;
    const names = columns.map(({ name }) => name);
    const note = rowNote(row_count, Math.min(rows.length, MAX_ROWS), truncated);
    return `${markdownTable(names, rows.slice(0, MAX_ROWS))}\n\n${note}`;
  }
  const passage = PassageContent.safeParse(content);
  if (passage.success) return fenced(passage.data.text, "text");
  return fenced(JSON.stringify(content, null, 2), "json");
}

/** How many rows there are, and how many of them are shown. */
export function rowNote(rowCount: number, shown: number, truncated: boolean): string {
  const rows = rowCount === 1 ? "1 row" : `${rowCount} rows`;
  const cut = truncated ? ", cut at the query's limit" : "";
  return shown < rowCount ? `${rows}${cut}; the first ${shown} are shown.` : `${rows}${cut}.`;
}
