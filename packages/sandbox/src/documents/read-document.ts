import { readFile } from "node:fs/promises";
import { AppError, type DocumentProfile } from "@pharmadb/contracts";
import type { Passage, UnknownFile } from "../sandbox.ts";
import { cutPassages } from "./cut-passages.ts";
import type { Block, DocumentText } from "./document-text.ts";
import { readDocxDocument } from "./docx-document.ts";
import { readHtmlDocument } from "./html-document.ts";
import { readMarkdownDocument } from "./markdown-document.ts";
import { readPdfDocument } from "./pdf-document.ts";
import { type DocumentFormat, sniffFormat } from "./sniff-format.ts";
import { readTextDocument } from "./text-document.ts";
import { unreadable } from "./unreadable.ts";
import { readXmlDocument } from "./xml-document.ts";

const MEBIBYTE = 1024 * 1024;
// Binary formats carry pictures; a text of this size is longer than any document that people write. Reading one at its
// limit takes less than a gigabyte, which is what the child has.
const MAX_BYTES: Record<DocumentFormat, number> = {
  pdf: 128 * MEBIBYTE,
  docx: 128 * MEBIBYTE,
  html: 16 * MEBIBYTE,
  xml: 32 * MEBIBYTE,
  markdown: 16 * MEBIBYTE,
  text: 16 * MEBIBYTE,
};
const MAX_CHARACTERS = 10_000_000;
const MAX_SECTIONS = 50;

export type ReadDocument = { mediaType: string; profile: DocumentProfile; passages: Passage[] };

type Reader = (bytes: Uint8Array, name: string) => DocumentText | Promise<DocumentText>;

const READERS: Record<DocumentFormat, Reader> = {
  pdf: readPdfDocument,
  docx: readDocxDocument,
  html: readHtmlDocument,
  xml: readXmlDocument,
  text: readTextDocument,
  markdown: readMarkdownDocument,
};

/**
 * The passages and profile of a document; runs in a sandbox child, since the bytes are untrusted.
 * Throws `file_unreadable` with the file's name and, where it is known, the page or place.
 */
export async function readDocument(file: UnknownFile): Promise<ReadDocument> {
  const largest = Math.max(...Object.values(MAX_BYTES));
  if (file.bytes > largest) throw tooLarge(file, largest);
  const bytes = new Uint8Array(await readFile(file.path));
  const { format, warning } = sniffFormat(bytes, file.name);
  if (bytes.length > MAX_BYTES[format]) throw tooLarge(file, MAX_BYTES[format]);
  const text = await readAs(format, bytes, file.name);
  const { blocks, cut } = withinLimit(text.blocks);
  const passages = cutPassages(blocks);
  const warnings = [warning, ...text.warnings, cut].filter((line) => line !== null);
  if (passages.length === 0 && text.warnings.length === 0) throw unreadable(file.name, "holds no text.");
  const profile: DocumentProfile = {
    title: text.title === "" ? null : text.title,
    page_count: text.pageCount,
    passage_count: passages.length,
    character_count: passages.reduce((sum, passage) => sum + passage.text.length, 0),
    sections: text.sections.slice(0, MAX_SECTIONS),
    warnings,
  };
  return { mediaType: text.mediaType, profile, passages };
}

async function readAs(format: DocumentFormat, bytes: Uint8Array, name: string): Promise<DocumentText> {
  try {
    return await READERS[format](bytes, name);
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Parsers throw what they like on hostile bytes; to the client all of it means the same.
    throw unreadable(name, `could not be read as ${format.toUpperCase()}: ${messageOf(error)}.`, error);
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("xmldom")) return "its XML is damaged";
  return message
    .replace(/\s+/g, " ")
    .replace(/[.?]+$/, "")
    .slice(0, 200);
}

function tooLarge(file: UnknownFile, limit: number): AppError {
  const size = Math.ceil(file.bytes / MEBIBYTE);
  return unreadable(
    file.name,
    `is too large for a document of its kind: ${size} MiB, the limit is ${limit / MEBIBYTE} MiB.`,
  );
}

/** The blocks up to the limit of characters, and the warning where some had to go. */
function withinLimit(blocks: Block[]): { blocks: Block[]; cut: string | null } {
  let characters = 0;
  const end = blocks.findIndex((block) => {
    characters += block.text.length;
    return characters > MAX_CHARACTERS;
  });
  if (end === -1) return { blocks, cut: null };
  const last = blocks[end];
  const room = MAX_CHARACTERS - (characters - (last?.text.length ?? 0));
  const rest = last && room > 0 ? [{ ...last, text: last.text.slice(0, room) }] : [];
  const cut = `Only the first ${MAX_CHARACTERS.toLocaleString("en")} characters were read.`;
  return { blocks: [...blocks.slice(0, end), ...rest], cut };
}
