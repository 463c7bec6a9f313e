import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { unreadable } from "./unreadable.ts";

const MEBIBYTE = 1024 * 1024;
const MAX_ENTRIES = 10_000;
const MAX_UNPACKED = 200 * MEBIBYTE;
// The parts that hold text become trees in memory many times their size.
const MAX_TEXT_UNPACKED = 24 * MEBIBYTE;
const MAX_RATIO = 100;
/** Below this a high ratio is harmless: small XML parts pack very well. */
const RATIO_FROM = 4 * MEBIBYTE;

/**
 * Refuses an archive that would unpack to more than a document holds, before anything is unpacked to memory. The
 * sizes that the archive claims are then checked against the real ones while the parts stream by, as claims can lie.
 */
export async function checkWordArchive(buffer: Buffer, name: string): Promise<{ pictures: number }> {
  const zip = await open(buffer, name);
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (entries.length > MAX_ENTRIES)
        throw unreadable(name, `holds more than ${MAX_ENTRIES} files; it is no Word document.`);
    }
    checkSizes(entries, buffer.length, name);
    checkKind(entries, name);
    for (const entry of entries) await checkRealSize(zip, entry, name);
  } finally {
    zip.close();
  }
  return { pictures: entries.filter((entry) => entry.fileName.startsWith("word/media/")).length };
}

async function open(buffer: Buffer, name: string): Promise<ZipFile> {
  try {
    return await fromBufferPromise(buffer, { lazyEntries: true });
  } catch (error) {
    throw unreadable(name, "is a broken or truncated ZIP archive, so no Word document can be read from it.", error);
  }
}

function checkSizes(entries: Entry[], packed: number, name: string): void {
  const total = sum(entries);
  const text = sum(entries.filter(isText));
  const largest = entries.find(
    ({ uncompressedSize, compressedSize }) =>
      uncompressedSize > RATIO_FROM && uncompressedSize / Math.max(1, compressedSize) > MAX_RATIO,
  );
  if (total > MAX_UNPACKED || text > MAX_TEXT_UNPACKED || largest) {
    const size = `${Math.ceil(total / MEBIBYTE)} MiB from ${Math.ceil(packed / 1024)} KiB`;
    throw unreadable(name, `unpacks to ${size}, more than a Word document may (a zip bomb?).`);
  }
}

function checkKind(entries: Entry[], name: string): void {
  const names = new Set(entries.map((entry) => entry.fileName));
  // Some editors number the main part.
  if (entries.some((entry) => /^word\/document\d*\.xml$/.test(entry.fileName))) return;
  const kind = names.has("xl/workbook.xml")
    ? "is an Excel workbook, no Word document."
    : names.has("ppt/presentation.xml")
      ? "is a PowerPoint file, no Word document; save it as PDF."
      : names.has("content.xml")
        ? "is an OpenDocument file, no Word document; save it as DOCX or PDF."
        : "is a ZIP archive, but no Word document: it has no word/document.xml.";
  throw unreadable(name, kind);
}

/** Streams an entry through to nowhere; the reader fails where more comes out than the archive claims. */
async function checkRealSize(zip: ZipFile, entry: Entry, name: string): Promise<void> {
  if (entry.isEncrypted()) throw unreadable(name, "is encrypted; save it without a password.");
  if (entry.fileName.endsWith("/")) return;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    await pipeline(stream, new Writable({ write: (_chunk, _encoding, done) => done() }));
  } catch (error) {
    throw unreadable(name, `is damaged: its part ${entry.fileName} cannot be unpacked.`, error);
  }
}

function isText(entry: Entry): boolean {
  return /\.(?:xml|rels)$/i.test(entry.fileName);
}

function sum(entries: Entry[]): number {
  return entries.reduce((total, entry) => total + entry.uncompressedSize, 0);
}
