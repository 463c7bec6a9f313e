const TEXT_LITERAL = /'((?:[^']|'')*)'/g;
const BETWEEN = /\bbetween\s+(-?[\d.]+)\s+and\s+(-?[\d.]+)/gi;
const IN_LIST = /\bin\s*\(([^()]*)\)/gi;
const COMPARED = /[<>=]\s*(-?\d[\d.]*)/g;

/** What a statement compares with, as text: its text literals and the numbers behind =, <, >, BETWEEN and IN. */
export function sqlLiterals(sql: string): string {
  const texts = [...sql.matchAll(TEXT_LITERAL)].map(([, text = ""]) => text.replaceAll("''", "'"));
  const rest = sql.replace(TEXT_LITERAL, "''");
  const numbers = [BETWEEN, IN_LIST, COMPARED].flatMap((pattern) =>
    [...rest.matchAll(pattern)].map(([, ...found]) => found),
  );
  return [...texts, ...numbers.flat()].join("\n");
}
