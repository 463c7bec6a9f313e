import { isListItem } from "./join-lines.ts";
import { mostFrequent, type PdfLine } from "./pdf-lines.ts";

type Body = { height: number; isBold: boolean };

/** Tells the level of a heading, or null for a line of text. */
export type HeadingLevel = (line: PdfLine) => number | null;

const MAX_HEADING_CHARACTERS = 140;
const LARGER = 1.12;
const SMALLER = 0.95;
const LETTER_SHARE = 0.4;
const NUMBERED = /^(?:(\d{1,2}(?:\.\d{1,2})*)\.?|([IVX]{1,5})\.|([A-Z])\.)\s+\S/;
/** The level above is the document's title. */
const FIRST_NUMBERED_LEVEL = 2;

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
  const candidates = lines.filter((line) => looksLikeHeading(line, body));
  const styles = stylesByRank(candidates);
  const numberings = [...new Set(candidates.flatMap(({ text }) => numberingOf(text)?.kind ?? []))];
  return (line) => {
    const outlined = outline.get(headingKey(line.text));
    if (outlined === undefined ? !looksLikeHeading(line, body) : line.text.length > MAX_HEADING_CHARACTERS) return null;
    const numbering = numberingOf(line.text);
    // Kinds of numbers nest in the order in which they first appear: I. before A. before 1., or 1 before 1.1.
    if (numbering) return FIRST_NUMBERED_LEVEL + Math.max(0, numberings.indexOf(numbering.kind)) + numbering.depth;
    return outlined ?? (styles.get(styleOf(line)) ?? 0) + 1;
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

/** The kind of number that a heading carries, and how deep within that kind, as 2.1 lies below 2. */
function numberingOf(text: string): { kind: "roman" | "letter" | "digits"; depth: number } | null {
  const match = NUMBERED.exec(text);
  if (!match) return null;
  const [, digits, roman, letter] = match;
  if (digits) return { kind: "digits", depth: digits.split(".").length - 1 };
  if (roman) return { kind: "roman", depth: 0 };
  return letter ? { kind: "letter", depth: 0 } : null;
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
