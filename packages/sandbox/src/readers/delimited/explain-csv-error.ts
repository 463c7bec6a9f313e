/** The engine's complaint about a delimited file in the words of its author. */
export function explainCsvError(message: string): { where: string | null; what: string } | null {
  const line = /CSV Error on Line: (\d+)/i.exec(message)?.[1] ?? /\bline[: ]+(\d+)/i.exec(message)?.[1];
  const where = line === undefined ? null : `line ${line}`;
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/i.exec(message);
  if (counts !== null) return { where, what: `expected ${counts[1]} columns, found ${counts[2]}` };
  if (/unterminated quote|unquoted value|quote should be followed/i.test(message)) {
    return { where, what: "a quoted value is not closed, or something follows its closing quote" };
  }
  if (/maximum line size/i.test(message)) return { where, what: "the line is too long to be a record" };
  if (/invalid unicode|not utf-8|byte sequence/i.test(message)) return { where, what: "the text is not valid UTF-8" };
  return where === null ? null : { where, what: firstLine(message) };
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/^[A-Za-z ]+Error: /, "");
}
