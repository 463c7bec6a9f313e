import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

/** One level of brackets: whether a query stands in it, the clause we are in, and the CTEs known from here inwards. */
type Level = { query: boolean; clause: "start" | "with" | "from" | "other"; ctes: Set<string>; defines: string | null };
type Reader = { tokens: SqlToken[]; levels: Level[]; tableExpected: boolean; recursive: boolean };

const QUERY_STARTS = words("select with from values table pivot unpivot describe desc summarize show explain lateral");
const STATEMENTS_ON_A_TABLE = words("describe desc summarize show table pivot unpivot");
const ENDS_FROM = words("select where group having order limit offset qualify window sample");
const SET_OPERATORS = words("union intersect except");

/**
 * Which of these tables a statement reads: names in FROM and JOIN, but no columns, text values, comments or CTEs of
 * the same name. It reads statements that the engine has already run, so it need not judge syntax.
 */
export function namedTables(sql: string, tables: string[]): Set<string> {
  const known = new Map(tables.map((table) => [table.toLowerCase(), table]));
  const found = new Set<string>();
  for (const name of referencedNames(sqlTokens(sql))) {
    const table = known.get(name);
    if (table !== undefined) found.add(table);
  }
  return found;
}

function* referencedNames(tokens: SqlToken[]): Generator<string> {
  const reader: Reader = { tokens, levels: [newLevel(true)], tableExpected: false, recursive: false };
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.kind === "mark") {
      readMark(reader, i);
    } else if (reader.tableExpected && !QUERY_STARTS.has(wordAt(tokens, i))) {
      i = endOfName(tokens, i);
      // `FROM alias: table` names the table second.
      if (markAt(tokens, i + 1) === ":") continue;
      reader.tableExpected = false;
      const name = tokens[i]?.text.toLowerCase() ?? "";
      const isFunction = markAt(tokens, i + 1) === "(";
      if (!isFunction && !reader.levels.some((level) => level.ctes.has(name))) yield name;
    } else {
      readKeyword(reader, i);
    }
  }
}

function readMark(reader: Reader, i: number): void {
  const { tokens, levels } = reader;
  const level = levels.at(-1) ?? newLevel(true);
  const mark = markAt(tokens, i);
  if (mark === "(") {
    const defines = level.clause === "with" ? definedName(tokens, i) : null;
    if (defines !== null && reader.recursive) level.ctes.add(defines);
    const query = reader.tableExpected || QUERY_STARTS.has(wordAt(tokens, i + 1));
    levels.push({ ...newLevel(query), clause: reader.tableExpected ? "from" : "start", defines });
  } else if (mark === ")") {
    if (levels.length > 1) levels.pop();
    if (level.defines !== null) levels.at(-1)?.ctes.add(level.defines);
    reader.tableExpected = false;
  } else if (mark === ",") {
    reader.tableExpected = level.clause === "from";
  }
}

function readKeyword(reader: Reader, i: number): void {
  const level = reader.levels.at(-1);
  // Inside a plain bracket FROM belongs to a function, as in extract(year FROM start).
  if (!level?.query) return;
  const word = wordAt(reader.tokens, i);
  const atStart = level.clause === "start" || level.clause === "with" || reader.tableExpected;
  if (word === "with" && atStart) {
    level.clause = "with";
    reader.recursive = wordAt(reader.tokens, i + 1) === "recursive";
  } else if (word === "join" || (word === "from" && wordAt(reader.tokens, i - 1) !== "distinct")) {
    level.clause = "from";
    reader.tableExpected = true;
  } else if (STATEMENTS_ON_A_TABLE.has(word) && atStart) {
    level.clause = "other";
    reader.tableExpected = true;
  } else if (ENDS_FROM.has(word)) {
    level.clause = "other";
    reader.tableExpected = false;
  } else if (SET_OPERATORS.has(word)) {
    level.clause = "start";
  }
}

/** The CTE whose body the bracket at `i` opens: `name (columns) AS NOT MATERIALIZED (`. */
function definedName(tokens: SqlToken[], i: number): string | null {
  let at = i - 1;
  while (["materialized", "not"].includes(wordAt(tokens, at))) at--;
  if (wordAt(tokens, at) !== "as") return null;
  at--;
  if (markAt(tokens, at) === ")") {
    while (at > 0 && markAt(tokens, at) !== "(") at--;
    at--;
  }
  const token = tokens[at];
  return token && token.kind !== "mark" ? token.text.toLowerCase() : null;
}

/** The last part of a dotted name that starts at `i`. */
function endOfName(tokens: SqlToken[], i: number): number {
  let end = i;
  while (markAt(tokens, end + 1) === "." && tokens[end + 2] && tokens[end + 2]?.kind !== "mark") end += 2;
  return end;
}

function newLevel(query: boolean): Level {
  return { query, clause: "start", ctes: new Set(), defines: null };
}

function wordAt(tokens: SqlToken[], i: number): string {
  const token = tokens[i];
  return token?.kind === "word" ? token.text.toLowerCase() : "";
}

function markAt(tokens: SqlToken[], i: number): string {
  const token = tokens[i];
  return token?.kind === "mark" ? token.text : "";
}

function words(text: string): Set<string> {
  return new Set(text.split(" "));
}
