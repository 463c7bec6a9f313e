import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Writes the text with one kind of line end, where a file was put together from parts with different ones. */
export async function withOneNewline(source: string, target: string): Promise<void> {
  await pipeline(
    createReadStream(source, { encoding: "latin1" }),
    async function* (chunks: AsyncIterable<string>) {
      let held = "";
      for await (const chunk of chunks) {
        const text = held + chunk;
        // The second half of a line end may come with the next chunk.
        const end = text.endsWith("\r") ? text.length - 1 : text.length;
        held = text.slice(end);
        yield Buffer.from(text.slice(0, end).replace(/\r\n?/g, "\n"), "latin1");
      }
      yield Buffer.from(held.replace(/\r/g, "\n"), "latin1");
    },
    createWriteStream(target),
  );
}
