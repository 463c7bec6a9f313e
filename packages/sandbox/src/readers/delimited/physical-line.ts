import { createReadStream } from "node:fs";

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * The line of the file on which a record begins, both counted from 1. The engine counts records; people count lines, and
 * a quoted value may hold several.
 */
export async function physicalLine(path: string, record: number, hasQuotes: boolean): Promise<number> {
  let line = 1;
  let records = 1;
  let isQuoted = false;
  if (record <= 1) return 1;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    for (const byte of chunk as Buffer) {
      if (byte === QUOTE && hasQuotes) isQuoted = !isQuoted;
      if (byte !== NEWLINE) continue;
      line++;
      if (!isQuoted && ++records === record) return line;
    }
  }
  return line;
}
