import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Explained } from "../table-source.ts";

/** Beyond this a second look at the whole text would take more memory than a better message is worth. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;
/** Searching for the place parses a text some twenty times. */
const MAX_SEARCHED = 8 * 1024 * 1024;

/** Where JSON is malformed: the engine's own count of records is not reliable. Null where the text is well-formed. */
export async function locateJsonError(path: string, isLines: boolean): Promise<Explained | null> {
  if (isLines) return await firstBadLine(path);
  const { size } = await stat(path);
  return size > MAX_WHOLE_BYTES ? null : complaintOf(await readFile(path, "utf8"), 0);
}

async function firstBadLine(path: string): Promise<Explained | null> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    const complaint = text.trim() === "" ? null : complaintOf(text, line);
    if (complaint !== null) return complaint;
  }
  return null;
}

/** The parser does not always tell where it stopped: it is at the end of the longest part that is only cut off, not wrong. */
function placeOf(text: string): [string, string, string] | null {
  if (text.length > MAX_SEARCHED) return null;
  let good = 0;
  for (let bad = text.length; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2);
    if (isOnlyCutOff(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split("\n");
  return ["", String(lines.length), String((lines.at(-1) ?? "").length + 1)];
}

function isOnlyCutOff(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return /unexpected end|unterminated/i.test(message) || (position !== undefined && Number(position) >= text.length);
  }
}

/** `line` is the one that the text stands on, or 0 where it is a whole file. */
function complaintOf(text: string, line: number): Explained | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, foundLine, column] = /\(line (\d+) column (\d+)\)/.exec(message) ?? placeOf(text) ?? [];
    const place = line === 0 ? (foundLine ?? null) : String(line);
    const where = place === null ? null : `line ${place}${column === undefined ? "" : `, column ${column}`}`;
    const [what = message] = message.split(/ in JSON| at position|, "|, \.\.\./);
    return { where, what: `malformed JSON: ${what.charAt(0).toLowerCase()}${what.slice(1)}` };
  }
}
