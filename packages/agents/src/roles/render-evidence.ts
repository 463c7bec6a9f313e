import { type JsonValue, PassageContent, TableContent } from "@pharmadb/contracts";

/** One piece of evidence as the writer reads it, its content cut after so many characters. */
export function renderEvidence(
  evidence: { n: number; query: string | null; content: JsonValue },
  maxCharacters: number,
): string {
  const query = evidence.query === null ? "" : `\nQuery: ${evidence.query}`;
  const text = renderContent(evidence.content);
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}\n(cut here)` : text;
  return `[E${evidence.n}]${query}\n${cut}`;
}

function renderContent(content: JsonValue): string {
  const table = TableContent.safeParse(content);
  if (table.success) {
    const { columns, rows, row_count, truncated } = table.data;
    const lines = [columns.map(({ name }) => name), ...rows].map((cells) => cells.map(cell).join(" | "));
    return `${lines.join("\n")}\n(${row_count} rows${truncated ? ", cut at the limit" : ""})`;
  }
  const passage = PassageContent.safeParse(content);
  if (passage.success) return passage.data.text;
  return JSON.stringify(content);
}

function cell(value: JsonValue): string {
  const text = value === null ? "NULL" : typeof value === "string" ? value : JSON.stringify(value);
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}
