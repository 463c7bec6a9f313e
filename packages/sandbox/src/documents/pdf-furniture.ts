import type { PdfLine } from "./pdf-lines.ts";

// Headers and footers are among the outermost lines, and stand on several pages; left and right pages may differ.
const EDGE_LINES = 3;
const MIN_PAGES = 3;
const MIN_SHARE = 0.3;
const PAGE_NUMBER = /^(?:page\s*)?[-–]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–]?(?:\s*(?:of|\/)\s*\d{1,4})?$/i;

/** Pages without repeated headers, footers and page numbers. */
export function withoutFurniture(pages: PdfLine[][]): PdfLine[][] {
  const counts = new Map<string, number>();
  for (const lines of pages) {
    const edges = new Set([...edgesOf(lines)].map((line) => shape(line)));
    for (const key of edges) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const needed = Math.max(MIN_PAGES, pages.length * MIN_SHARE);
  return pages.map((lines) => {
    const edges = edgesOf(lines);
    const outermost = new Set([highest(lines), lowest(lines)]);
    return lines.filter((line) => {
      if (edges.has(line) && (counts.get(shape(line)) ?? 0) >= needed) return false;
      return !(outermost.has(line) && PAGE_NUMBER.test(line.text));
    });
  });
}

/** The first and last lines of a page by their place on it, not by the order in which they are written. */
function edgesOf(lines: PdfLine[]): Set<PdfLine> {
  const down = lines.toSorted((a, b) => b.y - a.y);
  return new Set([...down.slice(0, EDGE_LINES), ...down.slice(-EDGE_LINES)]);
}

function highest(lines: PdfLine[]): PdfLine | undefined {
  return lines.toSorted((a, b) => b.y - a.y)[0];
}

function lowest(lines: PdfLine[]): PdfLine | undefined {
  return lines.toSorted((a, b) => a.y - b.y)[0];
}

/** What two pages' headers share: the words and, in points, the height on the page; numbers differ. */
function shape(line: PdfLine): string {
  return `${Math.round(line.y / 4)} ${line.text.toLowerCase().replace(/\d+/g, "#")}`;
}
