/** A line that is not blank. Without `bytes` where it was too long to be kept. */
export type Line = { line: number; bytes: Buffer | null; readBytes: number };

export type LineSplitter = {
  /** The lines that end in this chunk. */
  push(chunk: Buffer): Line[];
  /** The last line, where nothing ended it. */
  end(): Line[];
};

const LF = 0x0a;
const BLANK = new Set([0x20, 0x09, 0x0d]);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Cuts what arrives into lines, each with its number among all lines, blank ones included. Of a line over
 * `maxLineBytes` nothing is kept. Begins after so many lines and bytes.
 */
export function createLineSplitter({
  maxLineBytes,
  readLines = 0,
  readBytes = 0,
}: {
  maxLineBytes: number;
  readLines?: number;
  readBytes?: number;
}): LineSplitter {
  let line = readLines;
  let position = readBytes;
  let parts: Buffer[] = [];
  let length = 0;

  function keep(part: Buffer): void {
    length += part.length;
    if (length > maxLineBytes) parts = [];
    else parts.push(part);
  }

  function finish(): Line[] {
    line++;
    const tooLong = length > maxLineBytes;
    const [first = Buffer.alloc(0)] = parts;
    const whole = parts.length === 1 ? first : Buffer.concat(parts);
    parts = [];
    length = 0;
    if (tooLong) return [{ line, bytes: null, readBytes: position }];
    const marked = line === 1 && whole.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    const bytes = marked ? whole.subarray(BYTE_ORDER_MARK.length) : whole;
    return isBlank(bytes) ? [] : [{ line, bytes, readBytes: position }];
  }

  return {
    push(chunk) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
        keep(chunk.subarray(start, end));
        position += end + 1 - start;
        start = end + 1;
        lines.push(...finish());
      }
      position += chunk.length - start;
      if (start < chunk.length) keep(chunk.subarray(start));
      return lines;
    },
    end: () => (length > 0 ? finish() : []),
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => BLANK.has(byte));
}
