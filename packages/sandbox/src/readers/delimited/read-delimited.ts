import { unreadable } from "../../child/failure.ts";
import { literal } from "../../child/quote.ts";
import type { ReadTables, SourceColumn } from "../table-source.ts";
import { columnNames, hasHeader } from "./column-names.ts";
import { explainCsvError } from "./explain-csv-error.ts";
import { type Dialect, parseRecords } from "./parse-records.ts";
import { type SniffedDialect, sniffDialect } from "./sniff-dialect.ts";

const SAMPLE_RECORDS = 1000;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MEDIA_TYPES: Record<string, string> = { ",": "text/csv", "\t": "text/tab-separated-values" };

export type DelimitedText = {
  name: string;
  /** A UTF-8 file without NUL. */
  path: string;
  /** Its beginning, whole lines where it holds any. */
  head: string;
};

/** A delimited text as one table. */
export function readDelimited(text: DelimitedText, preferredDelimiter: string | null, maxColumns: number): ReadTables {
  const body = text.head.replace(/^(?:[ \t]*\r?\n)+/, "");
  if (body === "") throw unreadable(text.name, "the file is empty.");
  const dialect = sniffDialect(body, preferredDelimiter);
  const records = parseRecords(body, dialect, SAMPLE_RECORDS).filter((record) => record.length > 1 || record[0] !== "");
  const [first = []] = records;
  const isNamed = hasHeader(records);
  const count = columnCount(first, records.slice(1), dialect);
  if (count > maxColumns) {
    throw unreadable(text.name, `the table has ${count} columns; at most ${maxColumns} are read.`, "line 1");
  }
  const names = columnNames(isNamed ? first : [], count);
  const sampled = isNamed ? records.slice(1) : records;
  const columns: SourceColumn[] = names.map((name, index) => ({
    name,
    label: null,
    from: `c${index}`,
    reading: "auto",
    sample: sampled.map((record) => record[index] ?? ""),
  }));
  return {
    mediaType: MEDIA_TYPES[dialect.delimiter] ?? "text/csv",
    sources: [
      {
        name: null,
        label: null,
        relation: csvRelation(text.path, dialect, columns, isNamed),
        columns,
        explain: explainCsvError,
      },
    ],
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
): string {
  const types = columns.map(({ from }) => `${literal(from)}: 'VARCHAR'`).join(", ");
  return `read_csv(${literal(path)}, auto_detect = false, delim = ${literal(delimiter)}, quote = ${literal(quote)}, escape = ${literal(quote)}, header = ${isNamed}, columns = {${types}}, max_line_size = ${MAX_LINE_BYTES}, strict_mode = true, null_padding = false)`;
}
