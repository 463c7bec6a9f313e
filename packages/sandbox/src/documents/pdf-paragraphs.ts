import { isListItem } from "./join-lines.ts";
import type { HeadingLevel } from "./pdf-headings.ts";
import { mostFrequent, type PdfLine } from "./pdf-lines.ts";

/** A heading or a paragraph of a page, as lines that are still apart. */
export type PdfParagraph = { level: number | null; lines: string[] };

const MAX_HEADING_LINES = 3;
const GAP_SHARE = 1.3;
const HEADING_SPACING = 1.4;
const SAME_HEIGHT_POINTS = 1.5;

/** The lines of a page in paragraphs: parted by larger gaps, headings, list items and changes of letter size. */
export function pdfParagraphs(lines: PdfLine[], levelOf: HeadingLevel): PdfParagraph[] {
  const spacing = usualSpacing(lines);
  const paragraphs: PdfParagraph[] = [];
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    const open = paragraphs.at(-1);
    if (open && before && goesOn(open, before, line, levelOf, spacing)) open.lines.push(line.text);
    else paragraphs.push({ level: levelOf(line), lines: [line.text] });
  }
  // Many lines in a heading's style are no heading but a paragraph in bold.
  return paragraphs.map((one) => (one.lines.length > MAX_HEADING_LINES ? { ...one, level: null } : one));
}

function goesOn(open: PdfParagraph, before: PdfLine, line: PdfLine, levelOf: HeadingLevel, spacing: number): boolean {
  const down = before.y - line.y;
  if (Math.abs(before.height - line.height) > SAME_HEIGHT_POINTS) return false;
  if (open.level !== null) {
    // A heading's second line may look like none by itself, as `312.23(a)(3)]:` does.
    const isNumbered = /^(?:\d+(?:\.\d+)*\.?\s|[IVX]+\.\s|[A-Z]\.\s)/.test(line.text);
    return (
      line.isBold === before.isBold && !line.isRow && !isNumbered && down > 0 && down < line.height * HEADING_SPACING
    );
  }
  if (levelOf(line) !== null || isListItem(line.text) || line.isRow) return false;
  // Upwards is a new column: the paragraph goes on there where its sentence is not at an end.
  if (down < 0) return !/[.:;!?]["'”’)\]]*$/.test(before.text);
  return down <= spacing * GAP_SHARE;
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
