/** What a file's first bytes show that it is. */
export type ContentFormat =
  | "parquet"
  | "encrypted-parquet"
  | "zip"
  | "xpt"
  | "sas7bdat"
  | "cport"
  | "ole"
  | "pdf"
  | "html"
  | "xml"
  | "json"
  | "text"
  | "binary";

/** How each format is called in a message. */
export const CONTENT_NAMES: Record<ContentFormat, string> = {
  parquet: "a Parquet table",
  "encrypted-parquet": "an encrypted Parquet table",
  zip: "a ZIP archive",
  xpt: "a SAS transport file",
  sas7bdat: "a SAS data set (sas7bdat)",
  cport: "a SAS file written by PROC CPORT",
  ole: "an old or password-protected Office file",
  pdf: "a PDF",
  html: "an HTML page",
  xml: "XML",
  json: "JSON",
  text: "plain text",
  binary: "binary data of no known format",
};

const ZIP_MARKS = ["504b0304", "504b0506", "504b0708"];
const PDF_MARK_WITHIN = 1024;
const SAS7BDAT_MARK = "000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011";

export function contentFormat(head: Buffer): ContentFormat {
  const ascii = head.toString("latin1", 0, 128);
  if (ascii.startsWith("PAR1")) return "parquet";
  if (ascii.startsWith("PARE")) return "encrypted-parquet";
  if (ZIP_MARKS.includes(head.toString("hex", 0, 4))) return "zip";
  if (ascii.startsWith("HEADER RECORD*******LIB")) return "xpt";
  if (ascii.startsWith("**COMPRESSED** **COMPRESSED**")) return "cport";
  if (head.toString("hex", 0, 32) === SAS7BDAT_MARK) return "sas7bdat";
  if (head.toString("hex", 0, 8) === "d0cf11e0a1b11ae1") return "ole";
  if (head.subarray(0, PDF_MARK_WITHIN).includes("%PDF-")) return "pdf";
  return textFormat(head);
}

function textFormat(head: Buffer): ContentFormat {
  const isWide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!isWide && !looksLikeText(head)) return "binary";
  // What the marks below are made of has one byte a letter, and a zero beside it in UTF-16.
  const start = head
    .toString("latin1", isWide ? 2 : 0, 4096)
    .replaceAll("\0", "")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .replace(/^(?:\s+|<!--[\s\S]*?-->)+/, "");
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])/i.test(start)) return "html";
  if (start.startsWith("<?xml")) return "xml";
  if (/^(?:\{\s*(?:"|\}|$)|\[\s*(?:[[{"\]]|-?\d|true|false|null|$))/.test(start)) return "json";
  return "text";
}

/** UTF-16 without a mark is text too: its zeros stand in every other place. */
function looksLikeText(head: Buffer): boolean {
  const sample = head.subarray(0, 8192);
  let controls = 0;
  let zeros = 0;
  for (const byte of sample) {
    if (byte === 0) zeros++;
    else if ((byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1a && byte !== 0x1b) || byte === 0x7f)
      controls++;
  }
  // A single NUL is reported with its line by the reader of the text; more of them are no text.
  const isWide = zeros > sample.length * 0.35 && zeros < sample.length * 0.55;
  return isWide || (controls <= sample.length / 50 && zeros <= 1 + sample.length / 200);
}
