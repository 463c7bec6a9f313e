import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { unreadable } from "../../child/failure.ts";
import { literal } from "../../child/quote.ts";
import type { Explained, ReadTables } from "../table-source.ts";
import { type OpenFile, openText } from "../text/open-text.ts";
import { findOnlyTable } from "./find-only-table.ts";
import { locateJsonError } from "./locate-json-error.ts";
import { checkDepth } from "./scan-depth.ts";

/** Each thread of the engine holds twice as much. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

/** JSON as one table: an array of objects, one object a line, objects one after the other, or an array within one object. */
export async function readJson(file: OpenFile, directory: string): Promise<ReadTables> {
  const text = await openText(file, directory);
  const start = text.head.trimStart();
  if (start === "") throw unreadable(file.name, "the file is empty.");
  await checkDepth(text.path, file.name);
  const wrapped = mayBeWrapper(start) ? await findOnlyTable(text.path) : null;
  if (wrapped !== null) {
    const path = join(directory, "table");
    // The end of a span of a stream is its last byte, not the one behind it.
    await pipeline(
      createReadStream(text.path, { start: wrapped.start, end: wrapped.end - 1 }),
      createWriteStream(path),
    );
    return jsonTable(path, text.path, "array");
  }
  return jsonTable(
    text.path,
    text.path,
    start.startsWith("[") ? "array" : isLineByLine(start) ? "newline_delimited" : "unstructured",
  );
}

/** `original` is the file that a complaint is about. */
function jsonTable(path: string, original: string, format: "array" | "newline_delimited" | "unstructured"): ReadTables {
  const isLines = format === "newline_delimited";
  return {
    mediaType: isLines ? "application/x-ndjson" : "application/json",
    sources: [
      {
        name: null,
        label: null,
        relation: `read_json(${literal(path)}, format = '${format}', sample_size = -1, maximum_object_size = ${MAX_OBJECT_BYTES})`,
        columns: null,
        explain: async (message) => (await locateJsonError(original, isLines)) ?? engineComplaint(message),
      },
    ],
  };
}

/** Whether the text may be one object; with a second one on the next line it is not. */
function mayBeWrapper(start: string): boolean {
  const [first = "", second] = start.split("\n", 2);
  return start.startsWith("{") && !(isLineByLine(first) && second !== undefined && second.trim() !== "");
}

function isLineByLine(start: string): boolean {
  const [first = ""] = start.split("\n", 1);
  try {
    JSON.parse(first);
    return true;
  } catch {
    // Not a whole value: an object spread over several lines, or a bad one, which the engine will name.
    return /^\{.*\}\s*,?\s*$/.test(first);
  }
}

function engineComplaint(message: string): Explained {
  const line = (message.split("\n")[0] ?? message)
    .replace(/^[A-Za-z ]+Error: /, "")
    .replace(/ ?in file ["'][^"']*["'],?/g, "")
    .split(/\. ?(?:Try|If)/)[0];
  // The engine's own count of records is not reliable.
  const what = (line ?? message).replace(/ in record\/value \d+/, "");
  return { where: null, what: what.replace(/[. ]+$/, "").slice(0, 300) };
}
