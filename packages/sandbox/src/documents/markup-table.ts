import { textOf } from "./markup-text.ts";
import { elementsIn, type MarkupElement } from "./markup-tree.ts";

// Spans are numbers in the file: a cell that claims a million columns must not make them.
const MAX_SPAN = 50;
const MAX_COLUMNS = 200;
const PART_CHARACTERS = 1000;

/**
 * A table as text, a row a line, cells parted by ` | `; a cell that spans rows is repeated in each. A long table
 * comes in parts that each begin with its caption and heading rows, so that every passage can be read alone.
 */
export function tableTexts(table: MarkupElement): string[] {
  const { caption, head, body } = rowsOf(table);
  const top = [caption, ...head.map(line)].filter((text) => text !== "");
  const parts: string[][] = [[...top]];
  let size = 0;
  for (const row of body) {
    const text = line(row);
    if (text === "") continue;
    if (size > 0 && size + text.length > PART_CHARACTERS) {
      parts.push([...top]);
      size = 0;
    }
    parts.at(-1)?.push(text);
    size += text.length;
  }
  return parts.map((lines) => lines.join("\n")).filter((text) => text !== "");
}

/** Whether a table only lays out a page: it holds other tables, headings or lists of its own. */
export function isLayoutTable(table: MarkupElement): boolean {
  const left = [table];
  for (let element = left.pop(); element; element = left.pop()) {
    for (const child of elementsIn(element)) {
      if (/^(?:table|h[1-6]|section|article)$/.test(child.name)) return true;
      left.push(child);
    }
  }
  return false;
}

type Rows = { caption: string; head: string[][]; body: string[][] };

function rowsOf(table: MarkupElement): Rows {
  const rows: Rows = { caption: "", head: [], body: [] };
  const notes: string[] = [];
  const spans = new Map<number, { rows: number; text: string }>();
  const visit = (parent: MarkupElement, part: string) => {
    for (const child of elementsIn(parent)) {
      if (child.name === "caption") rows.caption = textOf(child);
      else if (/^(?:thead|tbody|tfoot)$/.test(child.name)) visit(child, child.name);
      else if (child.name === "tr") {
        const cells = cellsOf(child, spans);
        const isHead =
          part === "thead" || (rows.body.length === 0 && elementsIn(child).every(({ name }) => name === "th"));
        if (part === "tfoot") notes.push(line([...new Set(cells)]));
        else (isHead && cells.length > 0 ? rows.head : rows.body).push(cells);
      }
    }
  };
  visit(table, "");
  // A table of heading cells only is no table with a head that is repeated, but one that is all head.
  if (rows.body.length === 0) return { ...rows, head: [], body: [...rows.head, ...notes.map((note) => [note])] };
  return { ...rows, body: [...rows.body, ...notes.map((note) => [note])] };
}

function cellsOf(row: MarkupElement, spans: Map<number, { rows: number; text: string }>): string[] {
  const cells: string[] = [];
  const fromAbove = () => {
    for (let span = spans.get(cells.length); span && cells.length < MAX_COLUMNS; span = spans.get(cells.length)) {
      if (span.rows === 1) spans.delete(cells.length);
      else span.rows--;
      cells.push(span.text);
    }
  };
  for (const cell of elementsIn(row).filter(({ name }) => name === "td" || name === "th")) {
    fromAbove();
    const text = textOf(cell);
    const rowspan = span(cell.attributes.rowspan);
    for (let i = 0; i < span(cell.attributes.colspan) && cells.length < MAX_COLUMNS; i++) {
      if (rowspan > 1) spans.set(cells.length, { rows: rowspan - 1, text });
      cells.push(i === 0 ? text : "");
    }
  }
  fromAbove();
  return cells;
}

function span(value: string | undefined): number {
  const number = Number.parseInt(value ?? "", 10);
  return Number.isNaN(number) ? 1 : Math.min(Math.max(number, 1), MAX_SPAN);
}

function line(cells: string[]): string {
  if (cells.every((cell) => cell === "")) return "";
  return cells.join(" | ").replace(/(?: \| )+$/, "");
}
