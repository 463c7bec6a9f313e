import { type Entry, fromBufferPromise } from "yauzl";
import { unreadable } from "../../child/failure.ts";

const MEBIBYTE = 1024 * 1024;
const MAX_ENTRIES = 10_000;
const MAX_UNPACKED = 512 * MEBIBYTE;
const MAX_RATIO = 100;
/** Below this a high ratio is harmless. */
const RATIO_FROM = 16 * MEBIBYTE;

/** What an archive is, by the list of its parts and without unpacking any; refuses one that unpacks to too much. */
export async function checkArchive(bytes: Buffer, name: string): Promise<"xlsx" | "document"> {
  const entries = await listEntries(bytes, name);
  const names = new Set(entries.map((entry) => entry.fileName));
  const unpacked = entries.reduce((total, entry) => total + entry.uncompressedSize, 0);
  const isBomb = entries.some(
    ({ uncompressedSize, compressedSize }) =>
      uncompressedSize > RATIO_FROM && uncompressedSize / Math.max(1, compressedSize) > MAX_RATIO,
  );
  if (unpacked > MAX_UNPACKED || isBomb) {
    const size = `${Math.ceil(unpacked / MEBIBYTE)} MiB from ${Math.ceil(bytes.length / 1024)} KiB`;
    throw unreadable(name, `the archive unpacks to ${size}, which is refused (a zip bomb?).`, null, { reason: "bomb" });
  }
  if (names.has("xl/workbook.xml")) return "xlsx";
  if ([...names].some((part) => part.startsWith("word/"))) return "document";
  if (names.has("xl/workbook.bin"))
    throw unreadable(name, "binary Excel files (xlsb) are not read. Save it as XLSX or CSV.");
  throw unreadable(name, "it is a ZIP archive, no Excel workbook. Unpack it and upload its files.");
}

async function listEntries(bytes: Buffer, name: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (entries.length > MAX_ENTRIES) break;
    }
    zip.close();
  } catch {
    // yauzl throws many kinds of errors here; all mean that the list of parts is not readable.
    throw unreadable(name, "the ZIP archive is damaged or cut off.");
  }
  if (entries.length > MAX_ENTRIES) throw unreadable(name, `the archive holds more than ${MAX_ENTRIES} parts.`);
  return entries;
}
