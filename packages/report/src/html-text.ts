import type { JsonValue } from "@pharmadb/contracts";
import { cellText } from "./markdown-text.ts";

/** A piece of HTML that is safe as it stands; text becomes one only by `html` or `escaped`. */
export type Html = { readonly html: string };

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text with everything that HTML would read as markup turned into entities. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A template whose values are escaped, unless they are HTML made by this function; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: (string | number | Html | readonly Html[])[]): Html {
  const parts = strings.map((part, index) => part + (index < values.length ? rendered(values[index] ?? "") : ""));
  return { html: parts.join("") };
}

export const NOTHING: Html = { html: "" };

function rendered(value: string | number | Html | readonly Html[]): string {
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  if ("html" in value) return value.html;
  return value.map((one) => one.html).join("");
}

const CITATION = /(\[E\d+(?:\s*[,;–-]\s*E?\d+)*\])/;

/** Text whose citations link to the evidence that is there; others stay text. */
export function withLinks(text: string, known: ReadonlySet<number>): Html {
  const pieces = text
    .split(CITATION)
    .map((piece, index) => (index % 2 === 1 ? citation(piece, known) : html`${piece}`));
  return html`${pieces}`;
}

function citation(mark: string, known: ReadonlySet<number>): Html {
  const pieces = mark.split(/(E?\d+)/).map((piece, index) => {
    const n = Number(piece.replace("E", ""));
    if (index % 2 === 0 || !known.has(n)) return html`${piece}`;
    return html`<a href="#E${n}">${piece}</a>`;
  });
  return html`<span class="cite">${pieces}</span>`;
}

/** A table with a caption; numbers are set to the right. */
export function htmlTable(caption: Html, columns: readonly string[], rows: readonly (readonly JsonValue[])[]): Html {
  const head = columns.map((column, index) => {
    const values = rows.map((cells) => cells[index] ?? null).filter((value) => value !== null);
    const isNumber = values.length > 0 && values.every((value) => typeof value === "number");
    return isNumber ? html`<th scope="col" class="number">${column}</th>` : html`<th scope="col">${column}</th>`;
  });
  const body = rows.map((cells) => html`<tr>${cells.map(cell)}</tr>\n`);
  return html`<div class="scroll" tabindex="0" role="group"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}

function cell(value: JsonValue): Html {
  return typeof value === "number" ? html`<td class="number">${value}</td>` : html`<td>${cellText(value)}</td>`;
}
