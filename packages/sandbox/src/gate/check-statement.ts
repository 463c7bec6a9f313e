import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { ChildFailure } from "../child/failure.ts";
import { checkTree } from "./check-tree.ts";
import { isObject, listOf, textOf } from "./syntax-tree.ts";

const EXPLAIN = /^explain(?=[\s(]|--|\/\*)/i;
const EXPLAIN_OPTIONS = /^(?:analy[sz]e\b|\((?!\s*(?:select|with|from|values|\()))/i;
const PIVOT_WITHOUT_IN = /\bpivot(?:_wider)?\b/i;
/** A comment within a comment is left alone: where it ends is for the engine's parser to say. */
const NOISE = /^(?:\s|;|--[^\n\r]*|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\/)+/;

/**
 * The text to run in place of `sql`; throws `query_refused` unless it is one SELECT that uses only these tables and
 * functions that were reviewed. What is run is what was parsed, never another reading of the same text.
 */
export async function checkStatement(parse: DuckDBPreparedStatement, sql: string, tables: string[]): Promise<string> {
  const explained = afterExplain(sql);
  const text = explained ?? sql;
  const tree = await parseTree(parse, text);
  if (tree.error === true) throw refusalOfParser(tree, text);
  const statements = listOf(tree.statements);
  if (statements.length !== 1) throw refused("Write exactly one SELECT statement, without others behind a semicolon.");
  const reason = checkTree(statements[0] as JsonValue, tables);
  if (reason !== null) throw refused(reason);
  return explained === null ? sql : `EXPLAIN ${explained}`;
}

async function parseTree(parse: DuckDBPreparedStatement, text: string): Promise<JsonObject> {
  parse.bindVarchar(1, text);
  const [[json] = []] = (await parse.runAndReadAll()).getRowsJson();
  const tree: JsonValue = JSON.parse(String(json));
  if (!isObject(tree)) throw refused("The statement could not be parsed.");
  return tree;
}

/**
 * What a plain EXPLAIN explains; null for other statements. It is as harmless as that, while EXPLAIN ANALYZE would run
 * it, and has run a DELETE.
 */
function afterExplain(sql: string): string | null {
  const text = sql.replace(NOISE, "");
  const prefix = EXPLAIN.exec(text);
  if (prefix === null) return null;
  const rest = text.slice(prefix[0].length).replace(NOISE, "");
  if (EXPLAIN_OPTIONS.test(rest))
    throw refused("EXPLAIN takes no options here. Write EXPLAIN SELECT … or just the SELECT.");
  return rest;
}

function refusalOfParser(tree: JsonObject, text: string): ChildFailure {
  const message = textOf(tree.error_message);
  if (textOf(tree.error_type) === "parser" || /syntax error/i.test(message)) {
    return new ChildFailure("query_failed", `Parser Error: ${message}`, { reason: "syntax" });
  }
  if (PIVOT_WITHOUT_IN.test(text)) {
    return refused(
      "PIVOT without a list of values is not allowed. Name them: PIVOT t ON c IN ('a', 'b') USING sum(x); or write one FILTER clause for each: sum(x) FILTER (WHERE c = 'a').",
    );
  }
  return refused("Only one SELECT statement (also WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, EXPLAIN) can be run.");
}

function refused(message: string): ChildFailure {
  return new ChildFailure("query_refused", message);
}
