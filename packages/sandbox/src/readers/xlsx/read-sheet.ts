import { type CellValue, type StreamRow, streamXlsxRows } from "hucre/xlsx";
import { ChildFailure, unreadable } from "../../child/failure.ts";
import { identifier } from "../../child/quote.ts";
import { columnNames, hasHeader } from "../delimited/column-names.ts";
import { csvRelation } from "../delimited/read-delimited.ts";
import { RowsFile } from "../rows-file.ts";
import type { TableSource } from "../table-source.ts";
import type { SheetEntry } from "./list-sheets.ts";

const HEAD_ROWS = 200;
const TITLE_ROWS = 20;
const MAX_ROWS = 1_048_576;

type SheetInput = { bytes: Buffer; sheet: SheetEntry; path: string; file: string; maxColumns: number };

/** A sheet as a table; null where it has no values. Rows above the table, such as a title, are left out. */
export async function readSheet(input: SheetInput): Promise<TableSource | null> {
  await using rows = new RowsFile(input.path, input.file);
  const head: (string | null)[][] = [];
  const days = new DayColumns();
  let width = 0;
  let start = -1;
  let count = 0;
  const write = async (cells: (string | null)[]) => {
    const written = rows.add(Array.from({ length: width }, (_, index) => cells[index] ?? null));
    if (written !== null) await written;
  };
  for await (const { index, values } of rowsOf(input)) {
    if (++count > MAX_ROWS) throw unreadable(input.file, `more than ${MAX_ROWS} rows.`, `sheet ${input.sheet.name}`);
    const cells = values.map((value, column) => days.text(value, column));
    if (cells.every((cell) => cell === null)) continue;
    if (cells.length > input.maxColumns) {
      throw unreadable(
        input.file,
        `${cells.length} columns; at most ${input.maxColumns} are read.`,
        `sheet ${input.sheet.name}, row ${index + 1}`,
      );
    }
    if (start === -1 && head.length < HEAD_ROWS) {
      head.push(cells);
      continue;
    }
    if (start === -1) {
      ({ start, width } = shapeOf(head));
      for (const row of head.slice(start)) await write(row);
    }
    if (filledWidth(cells) > width) throw tooWide(input, index, cells, width);
    await write(cells);
  }
  if (head.length === 0) return null;
  if (start === -1) {
    ({ start, width } = shapeOf(head));
    for (const row of head.slice(start)) await write(row);
  }
  await rows.end();
  return sourceOf(input, head.slice(start), width, days);
}

async function* rowsOf({ bytes, sheet, file }: SheetInput): AsyncGenerator<StreamRow> {
  try {
    yield* streamXlsxRows(bytes, { sheet: sheet.index });
  } catch (error) {
    if (error instanceof ChildFailure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw unreadable(file, `the workbook is damaged: ${message.slice(0, 200)}`, `sheet ${sheet.name}`);
  }
}

/** The table begins at the first row that is at least half as wide as the widest near the top. */
function shapeOf(head: (string | null)[][]): { start: number; width: number } {
  const filled = head.slice(0, TITLE_ROWS).map((row) => row.filter((cell) => cell !== null).length);
  const widest = Math.max(...filled);
  const start = Math.max(
    0,
    filled.findIndex((cells) => cells * 2 >= widest),
  );
  return { start, width: Math.max(...head.slice(start).map(filledWidth)) };
}

function filledWidth(cells: (string | null)[]): number {
  return cells.findLastIndex((cell) => cell !== null) + 1;
}

function tooWide({ file, sheet }: SheetInput, index: number, cells: (string | null)[], width: number) {
  return unreadable(
    file,
    `expected ${width} columns, found ${filledWidth(cells)}.`,
    `sheet ${sheet.name}, row ${index + 1}`,
  );
}

function sourceOf(
  { sheet, path }: SheetInput,
  head: (string | null)[][],
  width: number,
  days: DayColumns,
): TableSource {
  const records = head.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? ""));
  const isNamed = hasHeader(records);
  const sampled = isNamed ? records.slice(1) : records;
  const columns = columnNames(isNamed ? (records[0] ?? []) : [], width).map((name, index) => ({
    name,
    label: null,
    from: `c${index}`,
    reading: "auto" as const,
    sample: sampled.map((record) => days.cut(record[index] ?? "", index)),
  }));
  const relation = csvRelation(path, { delimiter: ",", quote: '"' }, columns, isNamed, "\\n");
  const cut = columns.filter((_, index) => days.isDays(index)).map(({ from }) => from);
  const replaced = cut.map((from) => `replace(${identifier(from)}, 'T00:00:00', '') AS ${identifier(from)}`);
  return {
    name: sheet.name,
    label: null,
    relation: cut.length === 0 ? relation : `(SELECT * REPLACE (${replaced.join(", ")}) FROM ${relation})`,
    columns,
    explain: () => null,
  };
}

/** Excel knows only points in time; a column whose dates all fall on midnight is one of days. */
class DayColumns {
  readonly #hasTime = new Map<number, boolean>();
  text(value: CellValue, column: number): string | null {
    if (value === null || value === undefined || value === "") return null;
    if (value instanceof Date) return this.#date(value, column);
    return String(value);
  }

  #date(value: Date, column: number): string | null {
    if (Number.isNaN(value.getTime())) return null;
    const iso = value.toISOString().slice(0, 19);
    this.#hasTime.set(column, (this.#hasTime.get(column) ?? false) || !iso.endsWith("T00:00:00"));
    return iso;
  }

  isDays(column: number): boolean {
    return this.#hasTime.get(column) === false;
  }

  cut(text: string, column: number): string {
    return this.isDays(column) ? text.replace("T00:00:00", "") : text;
  }
}
