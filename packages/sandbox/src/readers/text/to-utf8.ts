import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { TextEncoding } from "./scan-text.ts";

/** Writes the text as UTF-8 without a byte order mark, streaming. */
export async function toUtf8(source: string, target: string, encoding: TextEncoding, markBytes: number): Promise<void> {
  const input = createReadStream(source, { start: markBytes, highWaterMark: 1024 * 1024 });
  if (encoding === "utf-8") return await pipeline(input, createWriteStream(target));
  const decode = encoding === "iso-8859-1" ? latin1Decoder() : wideDecoder(encoding);
  await pipeline(
    input,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield decode(chunk);
      yield decode(null);
    },
    createWriteStream(target),
  );
}

/** The web's `iso-8859-1` is Windows-1252; the true Latin-1 is Node's. */
function latin1Decoder(): (chunk: Buffer | null) => string {
  return (chunk) => (chunk === null ? "" : chunk.toString("latin1"));
}

function wideDecoder(encoding: string): (chunk: Buffer | null) => string {
  const decoder = new TextDecoder(encoding);
  return (chunk) => (chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true }));
}
