const MAX_CHARACTERS = 20_000;
const MAX_NESTING = 100;
const MAX_CLAUSES = 400;
const CLAUSE_WORDS = /\b(?:union|except|intersect|not|case|join|select)\b/gi;

/**
 * Why this text is not even parsed, or null. It keeps from the parser what is known to overflow its stack, and a NUL,
 * after which the engine's binding would silently stop reading.
 */
export function lexicalCheck(sql: string): string | null {
  if (sql.trim() === "") return "The SQL is empty. Write one SELECT statement.";
  if (sql.length > MAX_CHARACTERS) {
    return `The SQL is ${sql.length} characters long; at most ${MAX_CHARACTERS} are allowed. Ask for less at once.`;
  }
  if (sql.includes("\0")) return "The SQL contains a NUL character. Leave it out.";
  if (nestingDepth(sql) > MAX_NESTING) {
    return `The SQL nests brackets deeper than ${MAX_NESTING} levels. Use WITH to name the parts.`;
  }
  if ((sql.match(CLAUSE_WORDS)?.length ?? 0) > MAX_CLAUSES) {
    return `The SQL has more than ${MAX_CLAUSES} clauses (SELECT, JOIN, UNION, CASE, NOT). Write a shorter statement.`;
  }
  return null;
}

/** Brackets inside quotes count too: the check must never be more lenient than a parser with other ideas of quoting. */
function nestingDepth(sql: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of sql) {
    if (character === "(" || character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === ")" || character === "]" || character === "}") depth = Math.max(0, depth - 1);
  }
  return deepest;
}
