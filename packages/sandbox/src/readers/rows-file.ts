import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { unreadable } from "../child/failure.ts";
import { MAX_LINE_BYTES } from "./delimited/read-delimited.ts";

const FLUSH_CHARACTERS = 256 * 1024;

/** A file of rows in the form that the engine reads fastest from us: every value quoted, a missing one left out. */
export class RowsFile implements AsyncDisposable {
  readonly path: string;
  readonly #file: string;
  readonly #stream: WriteStream;
  #buffer = "";

  /** @param file what messages call the file that the rows come from */
  constructor(path: string, file: string) {
    this.path = path;
    this.#file = file;
    this.#stream = createWriteStream(path);
  }

  /** Adds a row; resolves at once unless the disk is behind. */
  add(values: (string | null)[]): Promise<void> | null {
    let row = "";
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (index > 0) row += ",";
      if (value !== null && value !== undefined)
        row += value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`;
    }
    if (row.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(row) > MAX_LINE_BYTES) {
      const began = values.find((value) => value)?.slice(0, 40);
      throw unreadable(this.#file, `the row that begins with "${began}" is longer than 2 MiB, which is too long.`);
    }
    // A row of one missing value would be a blank line, which the engine skips.
    this.#buffer += values.length === 1 && row === "" ? '""\n' : `${row}\n`;
    return this.#buffer.length >= FLUSH_CHARACTERS ? this.#flush() : null;
  }

  async #flush(): Promise<void> {
    const data = this.#buffer;
    this.#buffer = "";
    if (!this.#stream.write(data)) await once(this.#stream, "drain");
  }

  async end(): Promise<void> {
    await this.#flush();
    this.#stream.end();
    await finished(this.#stream);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.destroy();
    await finished(this.#stream).catch(() => {});
  }
}
