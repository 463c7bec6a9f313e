import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, literal } from "../child/quote.ts";
import type { SourceColumn } from "./table-source.ts";
import { candidateTypes, MISSING_MARKS, RULES, type ValueType } from "./value-types.ts";

const MARKS = `(${MISSING_MARKS.map(literal).join(", ")})`;

/** For each column the SQL expression that reads it in its type. */
export async function chooseTypes(
  connection: DuckDBConnection,
  relation: string,
  columns: SourceColumn[],
): Promise<string[]> {
  const tests = columns.map((column) => testedTypes(column));
  const checks = tests.flatMap((types, index) =>
    types.map((type) => `count(*) FILTER (WHERE ${fails(columns[index]?.from ?? "", type)})`),
  );
  // A column without any value passes every test and stays text.
  const values = tests.flatMap((types, index) =>
    types.length === 0 ? [] : [`count(${withoutMarks(columns[index]?.from ?? "")})`],
  );
  const counts = checks.length === 0 ? [] : await singleRow(connection, [...checks, ...values], relation);
  const failures = counts.slice(0, checks.length);
  const filled = counts.slice(checks.length);
  return columns.map((column, index) => {
    const types = tests[index] ?? [];
    const own = failures.splice(0, types.length);
    const hasValues = types.length > 0 && (filled.shift() ?? 0) > 0;
    const passed = hasValues ? types.find((_, position) => own[position] === 0) : undefined;
    return expressionOf(column, passed ?? null);
  });
}

function testedTypes({ reading, sample }: SourceColumn): ValueType[] {
  if (reading === "text" || reading === "raw") return [];
  if (reading === "auto") return candidateTypes(sample);
  return reading === "number" ? ["integer", "number"] : [reading];
}

function withoutMarks(from: string): string {
  return `CASE WHEN ${identifier(from)} IN ${MARKS} THEN NULL ELSE ${identifier(from)} END`;
}

function fails(from: string, type: ValueType): string {
  const { pattern, sqlType, needsCast } = RULES[type];
  const column = identifier(from);
  const matches = `regexp_full_match(${column}, ${literal(pattern)})`;
  const reads = needsCast ? `${matches} AND TRY_CAST(${column} AS ${sqlType}) IS NOT NULL` : matches;
  return `${column} IS NOT NULL AND NOT (${reads}) AND ${column} NOT IN ${MARKS}`;
}

function expressionOf({ from }: SourceColumn, type: ValueType | null): string {
  if (type === null) return identifier(from);
  return `TRY_CAST(${withoutMarks(from)} AS ${RULES[type].sqlType})`;
}

async function singleRow(connection: DuckDBConnection, expressions: string[], relation: string): Promise<number[]> {
  const result = await connection.runAndReadAll(`SELECT ${expressions.join(", ")} FROM ${relation}`);
  return (result.getRows()[0] ?? []).map(Number);
}
