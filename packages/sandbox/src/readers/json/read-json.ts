import { unreadable } from "../../child/failure.ts";
import { literal } from "../../child/quote.ts";
import type { Explained, ReadTables } from "../table-source.ts";
import { type OpenFile, openText } from "../text/open-text.ts";
import { locateJsonError } from "./locate-json-error.ts";
import { checkDepth } from "./scan-depth.ts";

/** Each thread of the engine holds twice as much. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

/** JSON as one table: an array of objects, one object a line, or objects one after the other. */
export async function readJson(file: OpenFile, directory: string): Promise<ReadTables> {
  const text = await openText(file, directory);
  const start = text.head.trimStart();
  if (start === "") throw unreadable(file.name, "the file is empty.");
  await checkDepth(text.path, file.name);
  const format = start.startsWith("[") ? "array" : isLineByLine(start) ? "newline_delimited" : "unstructured";
  const isLines = format === "newline_delimited";
  return {
    mediaType: isLines ? "application/x-ndjson" : "application/json",
    sources: [
      {
        name: null,
        label: null,
        relation: `read_json(${literal(text.path)}, format = '${format}', sample_size = -1, maximum_object_size = ${MAX_OBJECT_BYTES})`,
        columns: null,
        explain: async (message) => (await locateJsonError(text.path, isLines)) ?? engineComplaint(message),
      },
    ],
  };
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
  return { where: null, what: (line ?? message).replace(/[. ]+$/, "").slice(0, 300) };
}
