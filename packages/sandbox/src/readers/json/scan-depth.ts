import { createReadStream } from "node:fs";
import { unreadable } from "../../child/failure.ts";

const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Refuses JSON that nests deeply, before the engine sees it: its reader overflows the stack and ends the process. */
export async function checkDepth(path: string, name: string): Promise<void> {
  let depth = 0;
  let line = 1;
  let inText = false;
  let isEscaped = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes = chunk as Buffer;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === NEWLINE) line++;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MAX_DEPTH) {
          throw unreadable(name, `the JSON is nested deeper than ${MAX_DEPTH} levels.`, `line ${line}`, {
            reason: "depth",
          });
        }
      } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && depth > 0) depth--;
    }
  }
}
