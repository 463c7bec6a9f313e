import { type Evidence, type JsonValue, type Report, TableContent, type Verdict } from "@pharmadb/contracts";
import { type Html, html } from "../http/html.ts";
import { REPORT_STYLE } from "./report-style.ts";

const VERDICTS: Record<Verdict, string> = {
  supported: "supported",
  partly_supported: "partly supported",
  not_supported: "not supported",
  not_checked: "not checked by rules",
};
const MAX_EVIDENCE_ROWS = 50;

/** A report with its evidence as one page that loads nothing; every citation leads to the evidence below. */
export function reportPage({ report, evidence }: { report: Report; evidence: readonly Evidence[] }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>${report.title}</h1>
<p class="answer">${cited(report.answer)}</p>
${report.partial ? html`<p class="partial">Partial report: the run ended early; see the limitations.</p>` : ""}
<h2>Findings</h2>
${findings(report)}
${report.tables.map(({ title, columns, rows, evidence: n }) => html`<h3>${title} ${cited(`[E${n}]`)}</h3>${table(columns, rows)}`)}
${report.charts.map(({ title, svg, evidence: n }) => html`<figure><img alt="${title}" src="${imageUrl(svg)}"><figcaption>${title} ${cited(`[E${n}]`)}</figcaption></figure>`)}
${list("Limitations", report.limitations)}
${list(
  "What was searched",
  report.searched.map(({ source, query, found, used }) => `${source}: ${query} (${found} found, ${used} used)`),
)}
<h2>Evidence</h2>
${evidence.map(evidenceSection)}
<footer>Written by ${report.model}.</footer>
</main>
</body>
</html>
`.text;
}

function findings({ findings: all }: Report): Html {
  if (all.length === 0) return html`<p>No findings.</p>`;
  const items = all.map(
    ({ statement, verdict, confidence, issues }) => html`<li class="${verdict}">${cited(statement)}
<small><b>${VERDICTS[verdict]}</b>, confidence ${confidence}${issues.map((issue) => html`<br>${issue}`)}</small></li>`,
  );
  return html`<ul class="findings">${items}</ul>`;
}

function evidenceSection({ n, tool, query, content, sources, sha256, created_at }: Evidence): Html {
  const where = sources.map(({ name, page, section }) =>
    [name, ...(page === null ? [] : [`page ${page}`]), ...(section === null ? [] : [section])].join(", "),
  );
  return html`<section id="E${n}"><h3>E${n}</h3>
<p class="source">${where.join("; ")}</p>
${query === null ? "" : html`<pre>${query}</pre>`}
${evidenceContent(content)}
<p class="made">${tool}, ${created_at}, sha256 ${sha256}</p></section>
`;
}

function evidenceContent(content: JsonValue): Html {
  const result = TableContent.safeParse(content);
  if (!result.success) return html`<blockquote>${textOf(content)}</blockquote>`;
  const { columns, rows, row_count, truncated } = result.data;
  const left = row_count - MAX_EVIDENCE_ROWS;
  return html`${table(
    columns.map(({ name }) => name),
    rows.slice(0, MAX_EVIDENCE_ROWS),
  )}${left > 0 ? html`<p>… and ${left} more rows.</p>` : ""}${truncated ? html`<p>The result was cut here.</p>` : ""}`;
}

function textOf(content: JsonValue): string {
  const isPassage = content !== null && typeof content === "object" && !Array.isArray(content);
  return isPassage && typeof content.text === "string" ? content.text : JSON.stringify(content, null, 2);
}

function table(columns: readonly string[], rows: readonly (readonly JsonValue[])[]): Html {
  return html`<div class="table"><table><thead><tr>${columns.map((name) => html`<th>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cellText(cell)}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

function cellText(value: JsonValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function list(title: string, items: readonly string[]): Html {
  if (items.length === 0) return html``;
  return html`<h2>${title}</h2><ul>${items.map((item) => html`<li>${cited(item)}</li>`)}</ul>`;
}

/** Text in which `[E3]` leads to the evidence. */
function cited(text: string): Html {
  const pieces = text.split(/\[E(\d+)\]/);
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<a href="#E${piece}">[E${piece}]</a>` : piece))}`;
}

/** A chart is shown as a picture, in which no script runs, whatever its SVG holds. */
function imageUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
