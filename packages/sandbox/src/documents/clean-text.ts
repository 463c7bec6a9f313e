// Control characters but tab and line ends, soft hyphen, zero-width marks, byte order mark.
const INVISIBLE = /(?![\t\n\v\f\r\u0085])[\p{Cc}\u00ad\u200b-\u200d\u2060\ufeff]/gu;

/** Text on one line: white space of any kind becomes one blank, soft hyphens and invisible marks go. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, "").replace(/\s+/gu, " ").trim();
}

/** Text with its lines kept: blanks trimmed at both ends of each, invisible marks gone. */
export function cleanLines(text: string): string[] {
  return text
    .replace(/\r\n?|[\f\v\u0085\u2028\u2029]/g, "\n")
    .replace(INVISIBLE, "")
    .split("\n")
    .map((line) => line.replace(/[^\S\n]+/gu, " ").trim());
}
