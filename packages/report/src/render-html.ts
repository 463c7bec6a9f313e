import { createHash } from "node:crypto";
import {
  type Evidence,
  type Finding,
  type JsonValue,
  PassageContent,
  type Report,
  TableContent,
} from "@pharmadb/contracts";
import { rowNote } from "./evidence-appendix.ts";
import { HTML_STYLE } from "./html-style.ts";
import { type Html, html, htmlTable, NOTHING, withLinks } from "./html-text.ts";
import { sourceLine } from "./source-line.ts";
import { VERDICT_MARKS } from "./verdict-marks.ts";

/** What the page shows of one result; the evidence itself holds the rest. */
const MAX_ROWS = 200;

// Nothing may load, run or be sent; the one style element is let in by its hash, charts as data images.
const STYLE_HASH = createHash("sha256").update(HTML_STYLE).digest("base64");
export const REPORT_CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

/**
 * The report as one page that needs nothing else: no script, no address of elsewhere, for screen, dark screen and
 * print. All text is escaped; each citation links to its evidence at the end.
 */
export function renderHtml(question: string, report: Omit<Report, "markdown">, evidence: readonly Evidence[]): string {
  const known = new Set(evidence.map(({ n }) => n));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${REPORT_CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.title}</title>
<style>${{ html: HTML_STYLE }}</style>
</head>
<body>
<header>
<p class="kicker">Research report</p>
<h1>${withLinks(report.title, known)}</h1>
<p class="question">${question}</p>
</header>
<main>
${report.partial ? PARTIAL : NOTHING}
<section class="answer" aria-label="Answer">${paragraphs(report.answer, known)}</section>
${findings(report.findings, known)}
${tables(report, known)}
${charts(report, known)}
${list("Limitations", report.limitations, known)}
${searched(report)}
${appendix(evidence)}
</main>
<footer><p>Written by ${report.model}. Every statement was checked by rules against the evidence it cites: numbers, dates and quotes. “Not checked by rules” means that a statement holds nothing of the kind.</p></footer>
</body>
</html>
`.html;
}

const PARTIAL = html`<p class="warning" role="note"><strong>Partial report.</strong> The run ended early; see the limitations.</p>`;

function paragraphs(text: string, known: ReadonlySet<number>): Html {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  return html`${blocks.map((block) => html`<p>${withLinks(block, known)}</p>`)}`;
}

function findings(all: readonly Finding[], known: ReadonlySet<number>): Html {
  const items = all.map(({ statement, verdict, confidence, issues }) => {
    const { sign, words } = VERDICT_MARKS[verdict];
    const complaints = issues.map((issue) => html`<li>${issue}</li>`);
    return html`<li>${withLinks(statement, known)}<br>
<span class="verdict ${verdict}"><span aria-hidden="true">${sign}</span> ${words}</span><span class="meta">Confidence: ${confidence}</span>
${complaints.length > 0 ? html`<ul class="issues">${complaints}</ul>` : NOTHING}</li>
`;
  });
  const body = items.length > 0 ? html`<ol class="findings">\n${items}</ol>` : html`<p>No findings.</p>`;
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>\n${body}</section>`;
}

function tables({ tables: all }: Pick<Report, "tables">, known: ReadonlySet<number>): Html {
  if (all.length === 0) return NOTHING;
  const shown = all.map(({ title, columns, rows, evidence }) => {
    return htmlTable(withLinks(`${title} [E${evidence}]`, known), columns, rows);
  });
  return html`<section aria-labelledby="tables"><h2 id="tables">Tables</h2>\n${shown}</section>`;
}

function charts({ charts: all }: Pick<Report, "charts">, known: ReadonlySet<number>): Html {
  if (all.length === 0) return NOTHING;
  const shown = all.map(({ title, svg, evidence }) => {
    // As an image, a chart's SVG can neither run scripts nor load anything.
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    const caption = withLinks(`${title} [E${evidence}]`, known);
    return html`<figure><img src="${source}" alt="${title}"><figcaption class="note">${caption}</figcaption></figure>\n`;
  });
  return html`<section aria-labelledby="charts"><h2 id="charts">Charts</h2>\n${shown}</section>`;
}

function list(title: string, items: readonly string[], known: ReadonlySet<number>): Html {
  if (items.length === 0) return NOTHING;
  const id = title.toLowerCase();
  const lines = items.map((item) => html`<li>${withLinks(item, known)}</li>\n`);
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n<ul>\n${lines}</ul></section>`;
}

function searched({ searched: all }: Pick<Report, "searched">): Html {
  if (all.length === 0) return NOTHING;
  const rows = all.map(({ source, query, found, used }) => [source, query, found, used]);
  const table = htmlTable(html`Every search and query of this run`, ["Source", "Query", "Found", "Used"], rows);
  return html`<section aria-labelledby="searched"><h2 id="searched">What was searched</h2>\n${table}</section>`;
}

function appendix(evidence: readonly Evidence[]): Html {
  if (evidence.length === 0) return NOTHING;
  return html`<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>\n${evidence.map(evidenceSection)}</section>`;
}

function evidenceSection({ n, tool, query, sources, sha256, created_at, content }: Evidence): Html {
  const places = sources.map((source) => html`<dt>Source</dt><dd>${sourceLine(source)}</dd>\n`);
  return html`<section class="evidence" id="E${n}" aria-labelledby="E${n}-title">
<h3 id="E${n}-title">E${n}</h3>
<dl>
<dt>Tool</dt><dd>${tool}</dd>
${places}<dt>Time</dt><dd>${created_at}</dd>
<dt>SHA-256</dt><dd>${sha256}</dd>
</dl>
${query === null ? NOTHING : html`<pre><code>${query}</code></pre>`}
${renderContent(content)}
</section>
`;
}

function renderContent(content: JsonValue): Html {
  const table = TableContent.safeParse(content);
  if (table.success) {
    const { columns, rows, row_count, truncated } = table.data;
    const shown = rows.slice(0, MAX_ROWS);
    const names = columns.map(({ name }) => name);
    return htmlTable(html`${rowNote(row_count, shown.length, truncated)}`, names, shown);
  }
  const passage = PassageContent.safeParse(content);
  if (passage.success) return html`<blockquote>${passage.data.text}</blockquote>`;
  return html`<pre><code>${JSON.stringify(content, null, 2)}</code></pre>`;
}
