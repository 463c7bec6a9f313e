import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { ChildFailure } from "../child/failure.ts";
import { checkTree } from "./check-tree.ts";
import { isObject, listOf, textOf } from "./syntax-tree.ts";

const EXPLAIN = /^\s*explain\s+/i;
const EXPLAIN_OPTIONS = /^(?:analy[sz]e\b|\()/i;
const PIVOT_WITHOUT_IN = /\bpivot(?:_wider)?\b/i;
const LEADING_NOISE = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)+/;

/** Throws `query_refused` unless the text is one SELECT that uses only these tables and functions that were reviewed. */
export async function checkStatement(parse: DuckDBPreparedStatement, sql: string, tables: string[]): Promise<void> {
  const text = withoutExplain(sql);
  const tree = await parseTree(parse, text);
  if (tree.error === true) throw refusalOfParser(tree, text);
  const statements = listOf(tree.statements);
  if (statements.length !== 1) throw refused("Write exactly one SELECT statement, without others behind a semicolon.");
  const reason = checkTree(statements[0] as JsonValue, tables);
  if (reason !== null) throw refused(reason);
}

async function parseTree(parse: DuckDBPreparedStatement, text: string): Promise<JsonObject> {
  parse.bindVarchar(1, text);
  const [[json] = []] = (await parse.runAndReadAll()).getRowsJson();
  const tree: JsonValue = JSON.parse(String(json));
  if (!isObject(tree)) throw refused("The statement could not be parsed.");
  return tree;
}

/** A plain EXPLAIN is as harmless as what it explains; EXPLAIN ANALYZE would run it, and has run a DELETE. */
function withoutExplain(sql: string): string {
  const text = sql.replace(LEADING_NOISE, "");
  const prefix = EXPLAIN.exec(text);
  if (prefix === null) return sql;
  const rest = text.slice(prefix[0].length);
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
