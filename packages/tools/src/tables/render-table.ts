import type { JsonValue, TableContent } from "@pharmadb/contracts";

/** What a prompt carries of one result at most, in bytes of UTF-8. */
const MAX_TABLE_BYTES = 8192;
const MAX_CELL_CHARACTERS = 300;

/** A result as a Markdown table for the model, cut between rows; the last line says what is missing. */
export function renderTable(content: TableContent, maxBytes: number = MAX_TABLE_BYTES): string {
  if (content.columns.length === 0) return "(no columns)";
  const lines = [row(content.columns.map((column) => column.name)), `|${"---|".repeat(content.columns.length)}`];
  let bytes = Buffer.byteLength(lines.join("\n"));
  let shown = 0;
  for (const cells of content.rows) {
    const line = row(cells);
    bytes += Buffer.byteLength(line) + 1;
    // The first row is shown whatever its size: its cells are cut, and a table without a row tells nothing.
    if (bytes > maxBytes && shown > 0) break;
    lines.push(line);
    shown++;
  }
  lines.push(countLine(content, shown));
  return lines.join("\n");
}

function countLine(content: TableContent, shown: number): string {
  const total = content.rows.length;
  const rows = total === 1 ? "1 row" : `${total} rows`;
  const cut = shown < total ? `; only the first ${shown} are shown here (${total - shown} cut)` : "";
  const limit = content.truncated ? "; the result was cut at the limit, more rows exist: aggregate or filter" : "";
  return `(${rows}${cut}${limit})`;
}

function row(cells: JsonValue[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** One cell on one line: pipes and backslashes escaped, line breaks shown as ⏎, so that no value can fake a row. */
function cell(value: JsonValue): string {
  if (value === null) return "NULL";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const cut = text.length > MAX_CELL_CHARACTERS ? `${text.slice(0, MAX_CELL_CHARACTERS)}… (cut)` : text;
  return cut
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replace(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/g, "⏎")
    .replaceAll("\t", " ");
}
