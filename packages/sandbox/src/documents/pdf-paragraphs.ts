import { isListItem } from "./join-lines.ts";
import type { HeadingLevel } from "./pdf-headings.ts";
import { mostFrequent, type PdfLine } from "./pdf-lines.ts";

/** A heading or a paragraph of a page, as lines that are still apart. */
export type PdfParagraph = { level: number | null; lines: string[] };

const MAX_HEADING_LINES = 3;
const GAP_SHARE = 1.3;

/** The lines of a page in paragraphs: parted by larger gaps, headings, list items and changes of letter size. */
export function pdfParagraphs(lines: PdfLine[], levelOf: HeadingLevel): PdfParagraph[] {
  const spacing = usualSpacing(lines);
  const levels = lines.map(levelOf);
  runsOfHeadings(lines, levels);
  const paragraphs: PdfParagraph[] = [];
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    const level = levels[i] ?? null;
    const open = paragraphs.at(-1);
    if (open && before && open.level === level && !parts(before, line, level, spacing)) open.lines.push(line.text);
    else paragraphs.push({ level, lines: [line.text] });
  }
  return paragraphs;
}

/** Several lines in a heading's style are no heading but a paragraph in bold. */
function runsOfHeadings(lines: PdfLine[], levels: (number | null)[]): void {
  for (let start = 0; start < lines.length; ) {
    let end = start + 1;
    while (end < lines.length && levels[end] === levels[start] && lines[end]?.font === lines[start]?.font) end++;
    if (levels[start] !== null && end - start > MAX_HEADING_LINES) levels.fill(null, start, end);
    start = end;
  }
}

function parts(before: PdfLine, line: PdfLine, level: number | null, spacing: number): boolean {
  const down = before.y - line.y;
  if (Math.abs(before.height - line.height) > 1.5) return true;
  if (level !== null) return down > line.height * 1.6 || down < 0 || /^(?:\d|[IVX]+\.|[A-Z]\.)/.test(line.text);
  if (isListItem(line.text)) return true;
  // Upwards is a new column: the paragraph goes on there where its sentence is not at an end.
  if (down < 0) return /[.:;!?]["'”’)\]]*$/.test(before.text);
  return down > spacing * GAP_SHARE;
}

/** The commonest distance from line to line of a page. */
function usualSpacing(lines: PdfLine[]): number {
  const counts = new Map<number, number>();
  for (const [i, line] of lines.entries()) {
    const down = (lines[i - 1]?.y ?? line.y) - line.y;
    if (down > 1) counts.set(Math.round(down), (counts.get(Math.round(down)) ?? 0) + 1);
  }
  return mostFrequent(counts) ?? Number.POSITIVE_INFINITY;
}
