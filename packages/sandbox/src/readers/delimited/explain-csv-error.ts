export const LONG_LINE = "line is longer than 2 MiB, which is too long to be a record";

/** The engine's complaint about a delimited file in the words of its author, with the record that it is about. */
export function explainCsvError(message: string): { record: number | null; what: string } {
  const found = /CSV Error on Line: (\d+)/i.exec(message)?.[1] ?? /\bline[: ]+(\d+)/i.exec(message)?.[1];
  return { record: found === undefined ? null : Number(found), what: whatIsWrong(message) };
}

function whatIsWrong(message: string): string {
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/i.exec(message);
  if (counts !== null) return `expected ${counts[1]} ${counts[1] === "1" ? "column" : "columns"}, found ${counts[2]}`;
  if (/unterminated quote|unquoted value|quote should be followed/i.test(message)) {
    return "a quoted value is not closed, or something follows its closing quote";
  }
  if (/maximum line size/i.test(message)) return `the ${LONG_LINE}`;
  if (/invalid unicode|not utf-8|byte sequence/i.test(message)) return "the text is not valid UTF-8";
  if (/out of memory/i.test(message)) return "reading it takes more memory than is allowed";
  return (message.split("\n")[0] ?? message)
    .replace(/^[A-Za-z ]+Error: /, "")
    .replace(/\.$/, "")
    .slice(0, 300);
}
