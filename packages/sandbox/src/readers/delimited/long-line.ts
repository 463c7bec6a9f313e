import { createReadStream } from "node:fs";

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The first line of more than `maxBytes`, from 1; null where there is none. `maxBytes` is no less than a chunk. */
export async function longLine(path: string, maxBytes: number): Promise<number | null> {
  let start = 0;
  let at = 0;
  for await (const data of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const chunk = data as Buffer;
    const first = firstEnd(chunk);
    if (at + (first ?? chunk.length) - start > maxBytes) return await lineAt(path, start);
    if (first !== null) start = at + Math.max(chunk.lastIndexOf(NEWLINE), chunk.lastIndexOf(RETURN)) + 1;
    at += chunk.length;
  }
  return null;
}

function firstEnd(chunk: Buffer): number | null {
  const ends = [chunk.indexOf(NEWLINE), chunk.indexOf(RETURN)].filter((index) => index !== -1);
  return ends.length === 0 ? null : Math.min(...ends);
}

async function lineAt(path: string, offset: number): Promise<number> {
  if (offset === 0) return 1;
  let newlines = 0;
  let returns = 0;
  for await (const chunk of createReadStream(path, { end: offset - 1, highWaterMark: CHUNK_BYTES })) {
    for (const byte of chunk as Buffer) {
      if (byte === NEWLINE) newlines++;
      else if (byte === RETURN) returns++;
    }
  }
  return 1 + (newlines === 0 ? returns : newlines);
}
