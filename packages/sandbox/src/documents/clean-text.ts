import { unreadable } from "./unreadable.ts";

// Control characters but tab and line ends, soft hyphen, zero-width marks, byte order mark.
const INVISIBLE = /(?![\t\n\v\f\r\u0085])[\p{Cc}\u00ad\u200b-\u200d\u2060\ufeff]/gu;

/** Text on one line: white space of any kind becomes one blank, soft hyphens and invisible marks go. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, "").replace(/\s+/gu, " ").trim();
}

const MAX_LINES = 1_000_000;

/** Text with its lines kept: blanks trimmed at both ends of each, invisible marks gone. */
export function cleanLines(text: string, fileName: string): string[] {
  const lines = text
    .replace(/\r\n?|[\f\v\u0085\u2028\u2029]/g, "\n")
    .replace(INVISIBLE, "")
    .split("\n", MAX_LINES + 1);
  if (lines.length > MAX_LINES) {
    throw unreadable(fileName, `holds more than ${MAX_LINES.toLocaleString("en")} lines, more than a document has.`);
  }
  return lines.map((line) => line.replace(/[^\S\n]+/gu, " ").trim());
}
