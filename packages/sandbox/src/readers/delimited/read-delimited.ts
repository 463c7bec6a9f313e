import { join } from "node:path";
import { unreadable } from "../../child/failure.ts";
import { literal } from "../../child/quote.ts";
import type { ReadTables, SourceColumn, TableSource } from "../table-source.ts";
import { withOneNewline } from "../text/one-newline.ts";
import { columnNames, hasHeader } from "./column-names.ts";
import { explainCsvError, LONG_LINE } from "./explain-csv-error.ts";
import { longLine } from "./long-line.ts";
import { type Dialect, parseRecords } from "./parse-records.ts";
import { physicalLine } from "./physical-line.ts";
import { type SniffedDialect, sniffDialect } from "./sniff-dialect.ts";

const SAMPLE_RECORDS = 1000;
export const MAX_LINE_BYTES = 2 * 1024 * 1024;
/** Each thread of the engine holds some of these. */
const BUFFER_BYTES = 8 * 1024 * 1024;
const MAX_NAME = 1000;
const MEDIA_TYPES: Record<string, string> = { ",": "text/csv", "\t": "text/tab-separated-values" };

export type DelimitedText = {
  name: string;
  /** A UTF-8 file without NUL. */
  path: string;
  /** Its beginning, whole lines where it holds any. */
  head: string;
};

/** A delimited text as one table. */
export async function readDelimited(
  text: DelimitedText,
  preferredDelimiter: string | null,
  directory: string,
  maxColumns: number,
): Promise<ReadTables> {
  const body = text.head.replace(/^(?:[ \t]*\r?\n)+/, "");
  if (body.trim() === "") throw unreadable(text.name, "the file is empty.");
  if (/^sep=.\r?\n/i.test(body)) {
    throw unreadable(text.name, "the line is a note for Excel about the delimiter. Delete it.", "line 1");
  }
  const dialect = sniffDialect(body, preferredDelimiter);
  const records = parseRecords(body, dialect, SAMPLE_RECORDS).filter((record) => record.length > 1 || record[0] !== "");
  const [first = []] = records;
  const isNamed = hasHeader(records);
  const count = columnCount(first, records.slice(1), dialect);
  if (count > maxColumns) {
    const isCut = !text.head.includes("\n") && text.head.length > maxColumns;
    const found = isCut ? `at least ${count}` : count;
    throw unreadable(text.name, `the table has ${found} columns; at most ${maxColumns} are read.`, "line 1");
  }
  if (first.length < dialect.columns && count === first.length && dialect.consistency > 0.5) {
    throw unreadable(
      text.name,
      `it has ${first.length} ${first.length === 1 ? "value" : "values"}, but most lines have ${dialect.columns}. The first line must name the columns; delete titles and notes above them.`,
      `line ${text.head.slice(0, text.head.length - body.length).split("\n").length}`,
    );
  }
  if (isNamed && first.some((name) => name.length > MAX_NAME)) {
    throw unreadable(text.name, `a column's name is longer than ${MAX_NAME} characters; is this a table?`, "line 1");
  }
  await refuseLongLine(text);
  const sampled = isNamed ? records.slice(1) : records;
  const columns: SourceColumn[] = columnNames(isNamed ? first : [], count).map((name, index) => ({
    name,
    label: null,
    from: `c${index}`,
    reading: "auto",
    sample: sampled.map((record) => record[index] ?? ""),
  }));
  const source = tableSource(
    text.path,
    dialect,
    columns,
    isNamed,
    join(directory, "one-newline"),
    text.head.includes("\r"),
  );
  return { mediaType: MEDIA_TYPES[dialect.delimiter] ?? "text/csv", sources: [source] };
}

/** Of a line that is longer than its buffer the engine can lose rows without a word. */
async function refuseLongLine({ name, path }: DelimitedText): Promise<void> {
  const line = await longLine(path, MAX_LINE_BYTES);
  if (line === null) return;
  throw unreadable(name, `the ${LONG_LINE}.`, `line ${line}`);
}

function tableSource(
  path: string,
  dialect: Dialect,
  columns: SourceColumn[],
  isNamed: boolean,
  spare: string | null,
  hasReturns: boolean,
): TableSource {
  return {
    name: null,
    label: null,
    relation: csvRelation(path, dialect, columns, isNamed),
    columns,
    explain: async (message) => {
      const { record, what } = explainCsvError(message);
      if (record === null) return { where: null, what };
      return { where: `line ${await physicalLine(path, record, dialect.quote !== "")}`, what };
    },
    async retry(message) {
      const isMixed = /unterminated quote|unquoted value|quote should be followed/i.test(message) && hasReturns;
      if ((isMixed || /invalid state/i.test(message)) && spare !== null) {
        await withOneNewline(path, spare);
        return tableSource(spare, dialect, columns, isNamed, null, false);
      }
      // Exports with tabs or dollar signs do not quote, so a quotation mark in them is an inch or a seam of text.
      const mayBeUnquoted = dialect.quote !== "" && dialect.delimiter !== "," && dialect.delimiter !== ";";
      if (/unterminated quote|Expected Number of Columns/i.test(message) && mayBeUnquoted) {
        return tableSource(path, { ...dialect, quote: "" }, columns, isNamed, spare, hasReturns);
      }
      return null;
    },
  };
}

/** Rows that all end in one more delimiter than the header have a column without a name at their end. */
function columnCount(first: string[], rest: string[][], { columns }: SniffedDialect): number {
  const isTrailing =
    columns === first.length + 1 && rest.every((record) => record.length === columns && record.at(-1) === "");
  return isTrailing && rest.length > 0 ? columns : first.length;
}

/** The engine's reader with nothing left to guess: every column is text. */
export function csvRelation(
  path: string,
  { delimiter, quote }: Dialect,
  columns: { from: string }[],
  isNamed: boolean,
  newline: "\\n" | null = null,
): string {
  // Left to itself the engine takes the first line break that it sees, even within a quoted value, for the kind of all.
  const lineEnd = newline === null ? "" : `, new_line = '${newline}'`;
  const types = columns.map(({ from }) => `${literal(from)}: 'VARCHAR'`).join(", ");
  return `read_csv(${literal(path)}, auto_detect = false, delim = ${literal(delimiter)}, quote = ${literal(quote)}, escape = ${literal(quote)}, header = ${isNamed}, columns = {${types}}, max_line_size = ${MAX_LINE_BYTES}, buffer_size = ${BUFFER_BYTES}, strict_mode = true, null_padding = false${lineEnd})`;
}
