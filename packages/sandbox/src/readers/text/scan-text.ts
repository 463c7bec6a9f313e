import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "iso-8859-1";

export type TextScan = {
  encoding: TextEncoding;
  /** Bytes of the byte order mark at the beginning. */
  markBytes: number;
  /** The first line that contains a NUL, from 1; null where none does. */
  nulLine: number | null;
};

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** Bytes that Windows-1252 does not define; in Latin-1 they are control characters. */
const UNDEFINED_IN_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/** Reads the whole file once to tell its encoding for certain: a sample would miss the one name with an accent. */
export async function scanText(path: string, head: Buffer): Promise<TextScan> {
  const wide = wideEncoding(head);
  if (wide !== null) return { ...wide, nulLine: null };
  const markBytes = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  let isValid = true;
  let is1252 = true;
  let rest: Buffer = Buffer.alloc(0);
  let lines = 1;
  for await (const data of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const chunk = data as Buffer;
    const nul = chunk.indexOf(0);
    if (nul !== -1) return { encoding: "utf-8", markBytes, nulLine: lines + countNewlines(chunk.subarray(0, nul)) };
    lines += countNewlines(chunk);
    if (is1252) is1252 = !UNDEFINED_IN_1252.some((byte) => chunk.includes(byte));
    if (!isValid) continue;
    const joined = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = completeEnd(joined);
    isValid = isUtf8(joined.subarray(0, end));
    rest = joined.subarray(end);
  }
  if (isValid && rest.length === 0) return { encoding: "utf-8", markBytes, nulLine: null };
  return { encoding: is1252 ? "windows-1252" : "iso-8859-1", markBytes: 0, nulLine: null };
}

/** UTF-16 by its mark, or by every other byte of the beginning being zero, as in most European text. */
function wideEncoding(head: Buffer): Pick<TextScan, "encoding" | "markBytes"> | null {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", markBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", markBytes: 2 };
  const sample = head.subarray(0, 4096);
  if (sample.length < 4) return null;
  let even = 0;
  let odd = 0;
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even++;
    else odd++;
  }
  const half = sample.length / 2;
  if (odd > half * 0.7 && even < half * 0.1) return { encoding: "utf-16le", markBytes: 0 };
  if (even > half * 0.7 && odd < half * 0.1) return { encoding: "utf-16be", markBytes: 0 };
  return null;
}

function countNewlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Where the last whole UTF-8 character ends. */
function completeEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
