import { isUtf8 } from "node:buffer";
import { MAX_BATCH_LINE_BYTES } from "@pharmadb/contracts";
import type { RawRequest, RequestSource } from "./raw-request.ts";
import { createLineSplitter, type Line } from "./split-lines.ts";

/** Requests from NDJSON, one a line, going on after so many lines and bytes of it. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  begin: { readLines: number; readBytes: number } = { readLines: 0, readBytes: 0 },
): RequestSource {
  const splitter = createLineSplitter({ maxLineBytes: MAX_BATCH_LINE_BYTES, ...begin });
  for await (const chunk of chunks) yield splitter.push(chunk).map(toRequest);
  yield splitter.end().map(toRequest);
}

function toRequest({ line, bytes, readBytes }: Line): RawRequest {
  const about = { line, readBytes };
  if (bytes === null) return { ...about, complaint: "A line has at most 1 MiB." };
  if (!isUtf8(bytes)) return { ...about, complaint: "The line is not UTF-8." };
  try {
    return { ...about, value: JSON.parse(bytes.toString("utf8")) as unknown };
  } catch (error) {
    return { ...about, complaint: `The line is not JSON: ${error instanceof Error ? error.message : ""}` };
  }
}
