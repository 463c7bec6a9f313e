/** What a file's name says that it is. */
export type NamedFormat = "delimited" | "json" | "parquet" | "xlsx" | "xpt" | "document" | "text" | "unknown";

const ENDINGS: Record<string, NamedFormat> = {
  csv: "delimited",
  tsv: "delimited",
  tab: "delimited",
  psv: "delimited",
  dsv: "delimited",
  json: "json",
  ndjson: "json",
  jsonl: "json",
  parquet: "parquet",
  pq: "parquet",
  xlsx: "xlsx",
  xlsm: "xlsx",
  xpt: "xpt",
  xport: "xpt",
  pdf: "document",
  docx: "document",
  docm: "document",
  html: "document",
  htm: "document",
  xhtml: "document",
  xml: "document",
  md: "document",
  markdown: "document",
  txt: "text",
  text: "text",
  dat: "text",
  asc: "text",
};

const DELIMITERS: Record<string, string> = { csv: ",", tsv: "\t", tab: "\t", psv: "|" };

/** Formats that come up in this field and that nobody here reads, with what to send instead. */
const UNSUPPORTED: Record<string, string> = {
  sas7bdat: "SAS data sets (sas7bdat) are not read. Export it as XPT or CSV.",
  sas7bcat: "SAS catalogs are not read. Export the data set as XPT or CSV.",
  xls: "old Excel files (xls) are not read. Save it as XLSX or CSV.",
  xlsb: "binary Excel files (xlsb) are not read. Save it as XLSX or CSV.",
  ods: "OpenDocument sheets are not read. Save it as XLSX or CSV.",
  sav: "SPSS files are not read. Export it as CSV.",
  dta: "Stata files are not read. Export it as CSV.",
  rds: "R data files are not read. Write it as CSV or Parquet.",
  rda: "R data files are not read. Write it as CSV or Parquet.",
  feather: "Feather files are not read. Write it as Parquet.",
};

export type FileName = {
  format: NamedFormat;
  /** The delimiter that the ending suggests. */
  delimiter: string | null;
  unsupported: string | null;
};

/** Reads the ending, looking through one of a compressed file. */
export function readFileName(name: string): FileName {
  const ending = /\.([a-z0-9]+)$/.exec(name.toLowerCase().replace(/\.(?:gz|gzip)$/, ""))?.[1] ?? "";
  return {
    format: ENDINGS[ending] ?? "unknown",
    delimiter: DELIMITERS[ending] ?? null,
    unsupported: UNSUPPORTED[ending] ?? null,
  };
}
