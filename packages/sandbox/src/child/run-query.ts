import { type DuckDBResult, DuckDBTypeId, StatementType } from "@duckdb/node-api";
import type { JsonValue } from "@pharmadb/contracts";
import { checkStatement } from "../gate/check-statement.ts";
import type { QueryLimits, QueryResult } from "../sandbox.ts";
import { ChildFailure } from "./failure.ts";
import { jsonCell } from "./json-cell.ts";
import type { LockedEngine } from "./locked-engine.ts";

/** Bytes that a row takes in JSON beside its cells and commas. */
const BRACKETS = 2;
/** More columns are nobody's question, and their names alone would be a burden to the parent. */
const MAX_COLUMNS = 4096;
/** A name can be computed, and so be of any length; so can a type, which holds names. */
const MAX_NAME = 1000;
const MAX_NAME_BYTES = 1024 * 1024;

/** Runs one statement that the gate lets through and cuts its result at the limits. */
export async function runQuery(
  engine: LockedEngine,
  tables: string[],
  sql: string,
  limits: QueryLimits,
): Promise<QueryResult> {
  const started = performance.now();
  const statement = await prepareOnly(engine, await checkStatement(engine.parse, sql, tables));
  try {
    const result = await statement.stream();
    const columns = columnsOf(result);
    const isSingle = columns.map((_, index) => result.columnTypeId(index) === DuckDBTypeId.FLOAT);
    const rows: JsonValue[][] = [];
    const budget = { bytes: limits.maxBytes - BRACKETS };
    let truncated: QueryResult["truncated"] = null;
    while (truncated === null) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      const vectors = columns.map((_, index) => chunk.getColumnVector(index));
      for (let row = 0; row < chunk.rowCount && truncated === null; row++) {
        if (rows.length >= limits.maxRows) truncated = "rows";
        else {
          const cells = vectors.map((vector, index) => jsonCell(vector.getItem(row), isSingle[index] === true));
          if (spend(budget, cells)) rows.push(cells);
          else truncated = "bytes";
        }
      }
    }
    // A stream that is not read to its end goes on holding its memory until it is told to stop.
    if (truncated !== null) engine.connection.interrupt();
    return { columns, rows, truncated, elapsedMs: Math.round((performance.now() - started) * 100) / 100 };
  } finally {
    statement.destroySync();
  }
}

function columnsOf(result: DuckDBResult): QueryResult["columns"] {
  if (result.columnCount > MAX_COLUMNS) {
    throw new ChildFailure(
      "query_failed",
      `The result has ${result.columnCount} columns; at most ${MAX_COLUMNS} can be given.`,
    );
  }
  const columns = result.deduplicatedColumnNames().map((name, index) => ({
    name: name.slice(0, MAX_NAME),
    type: result.columnType(index).toString().slice(0, MAX_NAME),
  }));
  if (JSON.stringify(columns).length > MAX_NAME_BYTES) {
    throw new ChildFailure("query_failed", "The names of the result's columns are too long. Give short names with AS.");
  }
  return columns;
}

async function prepareOnly(engine: LockedEngine, sql: string) {
  const statements = await engine.connection.extractStatements(sql);
  if (statements.count !== 1) throw new ChildFailure("query_refused", "Write exactly one SELECT statement.");
  const statement = await statements.prepare(0);
  if (statement.parameterCount !== 0) {
    statement.destroySync();
    throw new ChildFailure("query_refused", "Parameters ($1, ?) have no value here. Write the value into the SQL.");
  }
  if (statement.statementType !== StatementType.SELECT && statement.statementType !== StatementType.EXPLAIN) {
    statement.destroySync();
    throw new ChildFailure("query_refused", "Only a SELECT statement can be run.");
  }
  return statement;
}

/** Takes the row's size as JSON from the budget; false where it does not fit. */
function spend(budget: { bytes: number }, cells: JsonValue[]): boolean {
  budget.bytes -= BRACKETS;
  for (const cell of cells) {
    // A text that alone is too long is not worth writing out.
    if (typeof cell === "string" && cell.length > budget.bytes) return false;
    budget.bytes -= Buffer.byteLength(JSON.stringify(cell)) + 1;
    if (budget.bytes < 0) return false;
  }
  return true;
}
