import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unreadable } from "../../child/failure.ts";

/** Unpacks a gzip file, and stops where it would become larger than allowed. */
export async function gunzip(source: string, target: string, name: string, maxBytes: number): Promise<void> {
  let bytes = 0;
  try {
    await pipeline(
      createReadStream(source),
      createGunzip(),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw tooLarge(name, maxBytes);
          yield chunk;
        }
      },
      createWriteStream(target),
    );
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("Z_")) throw error;
    throw unreadable(name, `the gzip archive is damaged or cut off (${error.message}).`);
  }
}

function tooLarge(name: string, maxBytes: number) {
  const mebibytes = Math.floor(maxBytes / (1024 * 1024));
  return unreadable(name, `the archive unpacks to more than ${mebibytes} MiB, which is refused.`, null, {
    reason: "bomb",
  });
}
