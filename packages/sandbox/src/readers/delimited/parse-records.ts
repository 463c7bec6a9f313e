export type Dialect = { delimiter: string; quote: string };

/** The first records of a delimited text, quoted line breaks included. */
export function parseRecords(text: string, { delimiter, quote }: Dialect, maxRecords: number): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at <= text.length && records.length < maxRecords) {
    const field = readField(text, at, delimiter, quote);
    record.push(field.value);
    at = field.end;
    if (text.startsWith(delimiter, at) && at < text.length) {
      at += delimiter.length;
      continue;
    }
    if (at >= text.length && record.length === 1 && record[0] === "") break;
    records.push(record);
    record = [];
    if (at >= text.length) break;
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return records;
}

function readField(text: string, start: number, delimiter: string, quote: string): { value: string; end: number } {
  if (quote !== "" && text.startsWith(quote, start)) return readQuoted(text, start, delimiter, quote);
  const end = fieldEnd(text, start, delimiter);
  return { value: text.slice(start, end), end };
}

function readQuoted(text: string, start: number, delimiter: string, quote: string): { value: string; end: number } {
  let value = "";
  let at = start + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close === -1) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, close);
    if (text.startsWith(quote, close + 1)) {
      value += quote;
      at = close + 2;
      continue;
    }
    // What follows the closing quote up to the delimiter belongs to nobody; the engine complains about it, not we.
    const end = fieldEnd(text, close + 1, delimiter);
    return { value: value + text.slice(close + 1, end), end };
  }
}

function fieldEnd(text: string, start: number, delimiter: string): number {
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === delimiter || character === "\n" || character === "\r") return at;
  }
  return text.length;
}
