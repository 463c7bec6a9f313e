import { isListItem } from "./join-lines.ts";
import { mostFrequent, type PdfLine } from "./pdf-lines.ts";

/** Tells the level of a heading, or null for a line of text. */
export type HeadingLevel = (line: PdfLine) => number | null;

const MAX_HEADING_CHARACTERS = 140;
const LARGER = 1.12;
const NUMBERED = /^(?:(\d{1,2}(?:\.\d{1,2})*)\.?|([IVX]{1,5})\.|([A-Z])\.|(?:Appendix|Section|Annex)\s+\w+[.:]?)\s+\S/i;
const NUMBERED_DEPTH_BASE = 1;

/**
 * Learns from all lines how the body is set, and takes for headings short lines in larger letters or another font
 * than the body's, and lines that the document's own outline names.
 */
export function headingLevels(pages: PdfLine[][], outline: Map<string, number>): HeadingLevel {
  const lines = pages.flat();
  const bodyHeight = mostFrequent(charactersBy(lines, ({ height }) => Math.round(height * 2) / 2)) ?? 0;
  const bodyFont = mostFrequent(charactersBy(lines, ({ font }) => font)) ?? "";
  const styles = stylesByRank(lines.filter((line) => looksLikeHeading(line, bodyHeight, bodyFont)));
  return (line) => {
    const outlined = outline.get(headingKey(line.text));
    if (outlined !== undefined && line.text.length <= MAX_HEADING_CHARACTERS) return outlined;
    if (!looksLikeHeading(line, bodyHeight, bodyFont)) return null;
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

function looksLikeHeading(line: PdfLine, bodyHeight: number, bodyFont: string): boolean {
  const { text } = line;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 3 || letters < text.length / 2 || text.length > MAX_HEADING_CHARACTERS) return false;
  if (text.includes("…") || /^\p{Ll}/u.test(text) || (isListItem(text) && !NUMBERED.test(text))) return false;
  if (line.height < bodyHeight * 0.95) return false;
  if (line.height > bodyHeight * LARGER) return !/[.;,]$/.test(text) || text.length < 60;
  return line.font !== bodyFont && !/[.;,]$/.test(text) && !/[.;]\s/.test(text.replace(NUMBERED, ""));
}

function numberedLevel(text: string): number | null {
  const match = NUMBERED.exec(text);
  if (!match) return null;
  const [, digits, roman, letter] = match;
  if (digits) return digits.split(".").length + NUMBERED_DEPTH_BASE;
  if (roman) return NUMBERED_DEPTH_BASE + 1;
  return letter ? NUMBERED_DEPTH_BASE + 2 : NUMBERED_DEPTH_BASE + 1;
}

/** The styles of headings from the largest to the smallest, equals in order of appearance. */
function stylesByRank(lines: PdfLine[]): Map<string, number> {
  const styles = new Map<string, number>();
  for (const line of lines) styles.set(styleOf(line), line.height);
  return new Map([...styles].sort((a, b) => b[1] - a[1]).map(([style], rank) => [style, rank]));
}

function styleOf(line: PdfLine): string {
  return `${Math.round(line.height)} ${line.font}`;
}

function charactersBy<Key>(lines: PdfLine[], key: (line: PdfLine) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const line of lines) counts.set(key(line), (counts.get(key(line)) ?? 0) + line.text.length);
  return counts;
}
