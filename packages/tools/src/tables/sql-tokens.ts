/** A piece of SQL that matters for names: a word, a quoted name, or one character of punctuation. */
export type SqlToken = { kind: "word" | "quoted" | "mark"; text: string };

// In this order: comments, dollar-quoted text, escape and plain text, quoted names, words, numbers, anything else.
const TOKEN =
  /--[^\n]*|\/\*|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"((?:[^"]|"")*)(?:"|$)|([\p{L}_][\p{L}\p{N}_$]*)|[\p{N}.]+|\S/gu;

/** The words, quoted names and marks of a statement; text values and comments are left out, numbers become a mark. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(sql); match !== null; match = pattern.exec(sql)) {
    const [text, , quoted, word] = match;
    if (text === "/*") pattern.lastIndex = endOfComment(sql, match.index);
    else if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted.replaceAll('""', '"') });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (!text.startsWith("--")) tokens.push({ kind: "mark", text: text.length === 1 ? text : "?" });
  }
  return tokens;
}

/** Block comments nest, which a regular expression cannot follow. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
