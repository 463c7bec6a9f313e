import { decodeText } from "./decode-text.ts";
import { unreadable } from "./unreadable.ts";

export type DocumentFormat = "pdf" | "docx" | "html" | "xml" | "markdown" | "text";

const HEAD_BYTES = 8192;
/** PDF allows other bytes before its mark, but only so many. */
const PDF_MARK_WITHIN = 1024;

const NAMES: Record<DocumentFormat, string> = {
  pdf: "a PDF",
  docx: "a Word document (DOCX)",
  html: "an HTML page",
  xml: "XML",
  markdown: "Markdown",
  text: "plain text",
};

const EXTENSIONS: Record<string, DocumentFormat> = {
  pdf: "pdf",
  docx: "docx",
  docm: "docx",
  html: "html",
  htm: "html",
  xhtml: "html",
  xml: "xml",
  md: "markdown",
  markdown: "markdown",
  txt: "text",
  text: "text",
  log: "text",
};

// What begins like this is a known format, but none that holds a document that we read.
const OTHER_MARKS: [string, string][] = [
  ["d0cf11e0a1b11ae1", "an old Office file (DOC, XLS or PPT) or an encrypted one; save it as DOCX or PDF"],
  ["1f8b", "a gzip archive"],
  ["89504e47", "a PNG image; text in pictures is not read"],
  ["ffd8ff", "a JPEG image; text in pictures is not read"],
  ["49492a00", "a TIFF image; text in pictures is not read"],
  ["4d4d002a", "a TIFF image; text in pictures is not read"],
  ["7b5c727466", "an RTF file; save it as DOCX or PDF"],
  ["50415231", "a Parquet table"],
  ["7f454c46", "a program"],
  ["4d5a", "a program"],
];

/** The format by the bytes, and a warning where the name says another; throws where nothing that we read fits. */
export function sniffFormat(bytes: Uint8Array, name: string): { format: DocumentFormat; warning: string | null } {
  const named = EXTENSIONS[/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""] ?? null;
  if (bytes.length === 0) throw unreadable(name, "is empty (0 bytes).");
  const format = formatOf(bytes, named, name);
  if (named === null || named === format || (named === "text" && format === "markdown"))
    return { format, warning: null };
  if (named === "pdf" || named === "docx") {
    throw unreadable(name, `is named as ${NAMES[named]}, but its content is ${NAMES[format]}.`);
  }
  return {
    format,
    warning: `The name says ${NAMES[named]}, but the content is ${NAMES[format]}; it was read as that.`,
  };
}

function formatOf(bytes: Uint8Array, named: DocumentFormat | null, name: string): DocumentFormat {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  if (head.subarray(0, PDF_MARK_WITHIN).includes("%PDF-")) return "pdf";
  if (head.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004"))) return "docx";
  const other = OTHER_MARKS.find(([mark]) => head.toString("hex").startsWith(mark));
  // RTF's mark and a program's are plain letters too, so a name that says text has the last word there.
  if (other && !(other[0] === "4d5a" && named === "text")) throw unreadable(name, `is ${other[1]}.`);
  const text = decodeText(trimToCharacter(head, bytes.length)).text;
  if (!looksLikeText(text)) throw unreadable(name, `is no document that can be read: ${firstBytes(head)}.`);
  return textFormat(text.trimStart(), named);
}

function textFormat(text: string, named: DocumentFormat | null): DocumentFormat {
  const start = text
    .slice(0, 2000)
    .toLowerCase()
    .replace(/^(?:<\?xml[^>]*>|<!--[\s\S]*?-->|\s)+/, "");
  if (/^<!doctype html|^<html[\s>]|^<head[\s>]|^<body[\s>]/.test(start)) return "html";
  if (text.startsWith("<?xml") || (/^<[a-z_!][^>]*>/.test(start) && named === "xml")) return "xml";
  if (named === "html" && /<(?:p|div|h[1-6]|table|span|br|ul|section|article|main)[\s>/]/.test(text.toLowerCase()))
    return "html";
  return named === "markdown" ? "markdown" : "text";
}

/** Control characters do not stand in text; one in a hundred is allowed for odd files, a NUL is not. */
function looksLikeText(text: string): boolean {
  if (text.includes("\0")) return false;
  let controls = 0;
  for (const char of text) if (isControl(char.charCodeAt(0))) controls++;
  return controls <= text.length / 100;
}

function isControl(code: number): boolean {
  const isSpace = (code >= 0x09 && code <= 0x0d) || code === 0x1b || code === 0x85;
  return (code < 0x20 && !isSpace) || (code >= 0x7f && code <= 0x9f && !isSpace) || code === 0xfffd;
}

/** A head cut in the middle of a UTF-8 character would look like another encoding. */
function trimToCharacter(head: Buffer, total: number): Uint8Array {
  if (head.length === total) return head;
  let end = head.length;
  while (end > head.length - 4 && ((head[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return head.subarray(0, Math.max(0, (head[end - 1] ?? 0) >= 0xc0 ? end - 1 : head.length));
}

function firstBytes(head: Buffer): string {
  return `it begins with the bytes ${head
    .subarray(0, 8)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ")}, which are neither text nor a known format`;
}
