import { isListItem } from "./join-lines.ts";
import { mostFrequent, type PdfLine } from "./pdf-lines.ts";

type Body = { height: number; isBold: boolean };

/** Tells the level of a heading, or null for a line of text. */
export type HeadingLevel = (line: PdfLine) => number | null;

const MAX_HEADING_CHARACTERS = 140;
const LARGER = 1.12;
const SMALLER = 0.95;
const LETTER_SHARE = 0.4;
const NUMBERED = /^(?:(\d{1,2}(?:\.\d{1,2})*)\.?|([IVX]{1,5})\.|([A-Z])\.|(?:Appendix|Section|Annex)\s+\w+[.:]?)\s+\S/i;
const NUMBERED_DEPTH_BASE = 1;

/**
 * Learns from all lines how the body is set, and takes for headings short lines in larger or bold letters, and lines
 * that the document's own outline names.
 */
export function headingLevels(pages: PdfLine[][], outline: Map<string, number>): HeadingLevel {
  const lines = pages.flat();
  const body: Body = {
    height: mostFrequent(charactersBy(lines, ({ height }) => Math.round(height * 2) / 2)) ?? 0,
    isBold: mostFrequent(charactersBy(lines, ({ isBold }) => isBold)) ?? false,
  };
  const styles = stylesByRank(lines.filter((line) => looksLikeHeading(line, body)));
  return (line) => {
    const outlined = outline.get(headingKey(line.text));
    if (outlined !== undefined && line.text.length <= MAX_HEADING_CHARACTERS) return outlined;
    if (!looksLikeHeading(line, body)) return null;
    return numberedLevel(line.text) ?? (styles.get(styleOf(line)) ?? 0) + 1;
  };
}

/** A title for comparison: outlines and pages differ in blanks, case and the dot after a number. */
export function headingKey(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function looksLikeHeading(line: PdfLine, body: Body): boolean {
  const { text } = line;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 3 || letters < text.length * LETTER_SHARE || text.length > MAX_HEADING_CHARACTERS) return false;
  if (line.isRow || text.includes("…") || /^\p{Ll}/u.test(text) || (isListItem(text) && !NUMBERED.test(text)))
    return false;
  if (line.height < body.height * SMALLER) return false;
  if (line.height > body.height * LARGER) return !/[.;,]$/.test(text) || text.length < 60;
  return line.isBold && !body.isBold && !/[.;,]$/.test(text);
}

function numberedLevel(text: string): number | null {
  const match = NUMBERED.exec(text);
  if (!match) return null;
  const [, digits, roman, letter] = match;
  if (digits) return digits.split(".").length + NUMBERED_DEPTH_BASE;
  if (roman) return NUMBERED_DEPTH_BASE + 1;
  return letter ? NUMBERED_DEPTH_BASE + 2 : NUMBERED_DEPTH_BASE + 1;
}

/** The styles of headings from the largest to the smallest; bold ones before others of their size. */
function stylesByRank(lines: PdfLine[]): Map<string, number> {
  const styles = new Map<string, number>();
  for (const line of lines) styles.set(styleOf(line), line.height);
  return new Map(
    [...styles].sort((a, b) => b[1] - a[1] || b[0].localeCompare(a[0])).map(([style], rank) => [style, rank]),
  );
}

function styleOf(line: PdfLine): string {
  return `${Math.round(line.height)} ${line.isBold}`;
}

function charactersBy<Key>(lines: PdfLine[], key: (line: PdfLine) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const line of lines) counts.set(key(line), (counts.get(key(line)) ?? 0) + line.text.length);
  return counts;
}
