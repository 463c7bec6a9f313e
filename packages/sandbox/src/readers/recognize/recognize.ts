import { unreadable } from "../../child/failure.ts";
import { parseRecords } from "../delimited/parse-records.ts";
import { sniffDialect } from "../delimited/sniff-dialect.ts";
import { CONTENT_NAMES, type ContentFormat, contentFormat } from "./content-format.ts";
import { type NamedFormat, readFileName } from "./named-format.ts";

export type Recognized =
  | { reader: "delimited"; delimiter: string | null }
  | { reader: "json" | "parquet" | "xlsx" | "xpt" | "document" };

const NAMES: Record<NamedFormat, string> = {
  delimited: "delimited text",
  json: "JSON",
  parquet: "a Parquet table",
  xlsx: "an Excel workbook",
  xpt: "a SAS transport file",
  document: "a document",
  text: "text",
  unknown: "a file",
};

/** What each named format may hold; for others the content alone decides. */
const MAY_HOLD: Partial<Record<NamedFormat, ContentFormat[]>> = {
  delimited: ["text"],
  json: ["json"],
  parquet: ["parquet"],
  xlsx: ["zip"],
  xpt: ["xpt"],
};

/** Picks the reader by name and content; throws where they contradict each other, saying what the content is. */
export function recognize(name: string, head: Buffer): Recognized {
  const { format, delimiter, unsupported } = readFileName(name);
  if (unsupported !== null) throw unreadable(name, unsupported);
  const content = contentFormat(head);
  if (content === "encrypted-parquet")
    throw unreadable(name, "the Parquet table is encrypted. Write it without a key.");
  if (content === "sas7bdat") throw unreadable(name, "SAS data sets (sas7bdat) are not read. Export it as XPT or CSV.");
  if (content === "cport") {
    throw unreadable(
      name,
      "files written by SAS PROC CPORT are not read. Export the data set as XPT version 5 or CSV.",
    );
  }
  if (content === "ole" && format === "xlsx") {
    throw unreadable(
      name,
      "the workbook is password-protected or an old Excel file. Save it as XLSX without a password.",
    );
  }
  if (format === "document") return { reader: "document" };
  const allowed = MAY_HOLD[format];
  if (allowed !== undefined && !allowed.includes(content)) {
    throw unreadable(name, `the name says ${NAMES[format]}, but the content is ${CONTENT_NAMES[content]}.`, null, {
      reason: "mismatch",
    });
  }
  if (format === "delimited") return { reader: "delimited", delimiter };
  if (format === "json" || format === "parquet" || format === "xlsx" || format === "xpt") return { reader: format };
  return byContent(content, head, format);
}

function byContent(content: ContentFormat, head: Buffer, format: NamedFormat): Recognized {
  if (content === "parquet" || content === "xpt" || content === "json") return { reader: content };
  // The reader of workbooks tells an Excel archive from others.
  if (content === "zip") return { reader: format === "text" ? "document" : "xlsx" };
  if (content === "text" && looksLikeTable(head)) return { reader: "delimited", delimiter: null };
  return { reader: "document" };
}

/** Whether a text of no telling name is a table: even records under short names, which prose with commas is not. */
function looksLikeTable(head: Buffer): boolean {
  const text = wholeLines(head.toString(head[1] === 0 ? "utf16le" : "utf8"));
  const dialect = sniffDialect(text, null);
  if (dialect.columns < 2 || dialect.consistency < 0.95 || dialect.records < 2) return false;
  const [names = []] = parseRecords(text, dialect, 1);
  if (names.length !== dialect.columns || names.some((name) => name.length > 64 || name.trim() === "")) return false;
  const isProseMark = dialect.delimiter === "," || dialect.delimiter === ";";
  return !isProseMark || dialect.columns >= 4 || dialect.records >= 8;
}

function wholeLines(text: string): string {
  const end = text.lastIndexOf("\n");
  return end === -1 ? text : text.slice(0, end);
}
