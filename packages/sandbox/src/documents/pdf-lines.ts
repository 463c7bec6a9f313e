/** A run of text on a page, as the PDF places it: origin at the lower left, in points. */
export type PdfItem = { text: string; x: number; y: number; width: number; height: number; font: string };

/** A line of text: runs on one baseline. */
export type PdfLine = { text: string; y: number; height: number; isBold: boolean; isRow: boolean };

// Runs nearer than this share of the letter height belong to one word.
const WORD_GAP_SHARE = 0.18;
// Runs further apart than this many letter heights are cells of a row.
const CELL_GAP = 2;
const BOLD = /bold|black|heavy|demi/i;
const BOLD_SHARE = 0.9;
/** Raised and lowered letters leave the baseline, but less than this share of the letter height. */
const BASELINE_SHARE = 0.6;

/** The lines of a page in the order in which the PDF writes them, which keeps columns apart. */
export function pdfLines(items: PdfItem[]): PdfLine[] {
  const lines: PdfItem[][] = [];
  for (const item of items) {
    if (item.text.trim() === "" && item.width === 0) continue;
    const line = lines.at(-1);
    if (line && continues(line, item)) line.push(item);
    else if (item.text.trim() !== "") lines.push([item]);
  }
  return lines.map(lineOf).filter((line) => line.text !== "");
}

function continues(line: PdfItem[], item: PdfItem): boolean {
  const last = line.at(-1);
  const tallest = tallestOf(line);
  if (!last || !tallest) return false;
  const height = Math.max(tallest.height, item.height);
  const isOnBaseline = Math.abs(tallest.y - item.y) < height * BASELINE_SHARE;
  return isOnBaseline && item.x >= last.x - height / 2;
}

function lineOf(items: PdfItem[]): PdfLine {
  const tallest = tallestOf(items);
  let text = "";
  let isRow = false;
  let right = items[0]?.x ?? 0;
  for (const item of items.filter((one) => one.text.trim() !== "")) {
    const height = Math.max(item.height, tallest?.height ?? 0);
    const gap = item.x - right;
    // The number of a list item or heading stands apart too, but begins no row.
    const isCell = text !== "" && gap > height * CELL_GAP && !/^(?:\W+|\(?\w{1,6}[.)])\s*$/.test(text);
    if (isCell) text = `${text.trimEnd()} | `;
    else if (gap > height * WORD_GAP_SHARE && !text.endsWith(" ")) text += " ";
    isRow ||= isCell;
    text += item.text;
    right = Math.max(right, item.x + item.width);
  }
  const clean = withoutLeaders(text);
  return { text: clean, y: tallest?.y ?? 0, height: tallest?.height ?? 0, isBold: isBold(items), isRow };
}

/** The dots that lead to a page number in a table of contents, shortened. */
function withoutLeaders(text: string): string {
  return text
    .replace(/(?:\s?\.){5,}\s*/g, " … ")
    .replace(/\s+/g, " ")
    .trim();
}

function tallestOf(items: PdfItem[]): PdfItem | undefined {
  return items.reduce<PdfItem | undefined>((best, item) => {
    if (item.text.trim() === "") return best;
    return best === undefined || item.height > best.height ? item : best;
  }, undefined);
}

function isBold(items: PdfItem[]): boolean {
  const characters = (list: PdfItem[]) => list.reduce((sum, { text }) => sum + text.trim().length, 0);
  return characters(items.filter(({ font }) => BOLD.test(font))) >= characters(items) * BOLD_SHARE;
}

/** The key with the greatest count; the first of equals. */
export function mostFrequent<Key>(counts: Map<Key, number>): Key | undefined {
  let best: [Key, number] | undefined;
  for (const entry of counts) if (best === undefined || entry[1] > best[1]) best = entry;
  return best?.[0];
}
