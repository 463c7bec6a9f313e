import { createReadStream } from "node:fs";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** How many objects may stand around the table: `{"data": {"page": {"items": [{…}]}}}` has three. */
const MAX_AROUND = 3;

/** Where an array of objects lies in a file: its first byte and the one behind its last. */
export type Span = { start: number; end: number };

/**
 * The one array of objects within a single object, as interfaces wrap their answers: `{"meta": {…}, "results": [{…}]}`.
 * Null where there is none or more than one, and where the file holds more than one value.
 */
export async function findOnlyTable(path: string): Promise<Span | null> {
  const scan = new TableScan();
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!scan.read(chunk as Buffer)) return null;
  }
  return scan.only;
}

class TableScan {
  readonly #found: Span[] = [];
  #depth = 0;
  /** How deep in arrays; only what stands in no other array is a table. */
  #arrays = 0;
  #values = 0;
  #candidate: number | null = null;
  #isFirst = false;
  #inText = false;
  #isEscaped = false;
  #offset = 0;

  get only(): Span | null {
    return this.#found.length === 1 && this.#depth === 0 ? (this.#found[0] ?? null) : null;
  }

  /** Reads on; false where the answer is known to be null. */
  read(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#inText) this.#readText(byte);
      else if (byte > 0x20) this.#readMark(byte, this.#offset + at);
      if (this.#values > 1 || this.#found.length > 1) return false;
    }
    this.#offset += bytes.length;
    return true;
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }

  #readMark(byte: number, position: number): void {
    // An array is one of objects if its first value is.
    if (this.#isFirst && byte !== OPEN_BRACE) this.#candidate = null;
    this.#isFirst = false;
    if (byte === QUOTE) this.#inText = true;
    else if (byte === OPEN_BRACE) {
      if (this.#depth++ === 0) this.#values++;
    } else if (byte === OPEN_BRACKET) {
      if (this.#arrays++ === 0 && this.#depth >= 1 && this.#depth <= MAX_AROUND) {
        this.#candidate = position;
        this.#isFirst = true;
      }
      this.#depth++;
    } else if (byte === CLOSE_BRACE) this.#depth--;
    else if (byte === CLOSE_BRACKET) {
      this.#depth--;
      if (--this.#arrays > 0 || this.#candidate === null) return;
      this.#found.push({ start: this.#candidate, end: position + 1 });
      this.#candidate = null;
    }
  }
}
