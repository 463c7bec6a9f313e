import type { PdfItem, PdfLine } from "./pdf-lines.ts";

const MIN_NUMBERS = 5;
/** How far apart, in points, the numbers of one column may stand. */
const COLUMN_POINTS = 4;
const IN_ORDER_SHARE = 0.8;
const OUTSIDE_SHARE = 0.95;

/**
 * A page without its column of line numbers, as draft guidances and protocols carry: numbers that count up the page's
 * lines, one under the other, with no text on their outer side.
 */
export function withoutNumberColumn(items: PdfItem[]): PdfItem[] {
  const numbers = items.filter((item) => /^\s*\d{1,4}\s*$/.test(item.text));
  if (numbers.length < MIN_NUMBERS) return items;
  const others = items.filter((item) => item.text.trim() !== "" && !numbers.includes(item));
  for (const column of columnsOf(numbers)) {
    if (!countsUp(column.map((item) => ({ n: Number(item.text), y: item.y })))) continue;
    const inner = Math.max(...column.map((item) => item.x + item.width));
    const outer = Math.min(...column.map((item) => item.x));
    const isLeft = others.filter((item) => item.x >= inner - 1).length >= others.length * OUTSIDE_SHARE;
    const isRight = others.filter((item) => item.x + item.width <= outer + 1).length >= others.length * OUTSIDE_SHARE;
    if (isLeft || isRight) return items.filter((item) => !column.includes(item));
  }
  return items;
}

/** Lines without the numbers that the PDF has written into them: `12 This draft guidance` becomes the words alone. */
export function withoutLeadingNumbers(lines: PdfLine[]): PdfLine[] {
  const numbered = lines.flatMap((line) => {
    const match = /^(\d{1,4})(?:\s+(?=\S)|$)/.exec(line.text);
    return match ? [{ line, n: Number(match[1]), y: line.y, length: match[0].length }] : [];
  });
  const isMost = numbered.length >= Math.max(MIN_NUMBERS, lines.length * IN_ORDER_SHARE);
  if (!isMost || !countsUp(numbered)) return lines;
  const lengths = new Map(numbered.map(({ line, length }) => [line, length]));
  return lines
    .map((line) => ({ ...line, text: line.text.slice(lengths.get(line) ?? 0) }))
    .filter((line) => line.text !== "");
}

/** Numbers in columns by their right edge and by their left one, since both are in use; the longest first. */
function columnsOf(numbers: PdfItem[]): PdfItem[][] {
  const edges = [(item: PdfItem) => item.x + item.width, (item: PdfItem) => item.x];
  const all = edges.flatMap((edge) => {
    const columns: PdfItem[][] = [];
    for (const item of numbers.toSorted((a, b) => edge(a) - edge(b))) {
      const column = columns.at(-1);
      const last = column?.at(-1);
      if (column && last && edge(item) - edge(last) <= COLUMN_POINTS) column.push(item);
      else columns.push([item]);
    }
    return columns.filter((column) => column.length >= MIN_NUMBERS);
  });
  return all.sort((a, b) => b.length - a.length);
}

/** Whether the numbers, read down the page, grow by one, or by five as some styles count. */
function countsUp(numbers: { n: number; y: number }[]): boolean {
  const down = numbers.toSorted((a, b) => b.y - a.y).map(({ n }) => n);
  const steps = down.slice(1).map((n, i) => n - (down[i] ?? 0));
  const step = steps.filter((one) => one === 5).length > steps.length / 2 ? 5 : 1;
  return steps.length > 0 && steps.filter((one) => one === step).length >= steps.length * IN_ORDER_SHARE;
}
