import type { JsonValue } from "@pharmadb/contracts";

const CITATION = /(\[E\d+(?:\s*[,;–-]\s*E?\d+)*\])/;
// All that could open markup inside a line: emphasis, code, links, images, HTML, tables, strike-through, entities.
const SPECIAL = /[\\`*_[\]<>|~&]/g;
// What starts a block when it stands first in a line.
const BLOCK_START = /^(#{1,6}|[+-]|\d+[.)]|[-=]+)(?=\s|$)/;

/** Text on one line in which nothing is markup but the citations. */
export function inline(text: string): string {
  const line = withoutControls(text).replace(/\s+/g, " ").trim();
  // Splitting by a captured group leaves the citations at the odd places.
  const pieces = line.split(CITATION).map((piece, index) => (index % 2 === 1 ? piece : escaped(piece)));
  return pieces.join("").replace(BLOCK_START, (_, mark: string) => escapedMark(mark));
}

function escaped(text: string): string {
  return (
    text
      .replace(SPECIAL, "\\$&")
      // A bare address would become a link in many renderers.
      .replace(/\b(https?|ftp|mailto|javascript|data):/gi, "$1\\:")
      .replace(/\bwww\./gi, "www\\.")
  );
}

/** Text of several lines; each stays a line of its own paragraph. */
export function paragraph(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map(inline)
    .filter((block) => block !== "")
    .join("\n\n");
}

/** A table whose cells cannot start a new cell, row or block. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly JsonValue[])[]): string {
  if (columns.length === 0) return "(no columns)";
  const lines = [columns, ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  const [head = "", ...body] = lines;
  return [head, `|${" --- |".repeat(columns.length)}`, ...body].join("\n");
}

/** Code in a fence longer than any run of back quotes in it. */
export function fenced(code: string, language: string): string {
  const runs = [...code.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${fence}${language}\n${code}\n${fence}`;
}

/** A cell as text; nothing where there is no value. */
export function cellText(value: JsonValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function cell(value: JsonValue): string {
  return inline(cellText(value));
}

function escapedMark(mark: string): string {
  return /^\d/.test(mark) ? `${mark.slice(0, -1)}\\${mark.slice(-1)}` : `\\${mark}`;
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
}
