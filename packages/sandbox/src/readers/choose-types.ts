import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, literal } from "../child/quote.ts";
import type { SourceColumn } from "./table-source.ts";
import { candidateTypes, MISSING_MARKS, RULES, type ValueType } from "./value-types.ts";

const MARKS = `(${MISSING_MARKS.map(literal).join(", ")})`;

type Test = { column: SourceColumn; type: ValueType };

/** For each column the SQL expression that reads it in its type: the narrowest that all its values have. */
export async function chooseTypes(
  connection: DuckDBConnection,
  relation: string,
  columns: SourceColumn[],
): Promise<string[]> {
  const candidates = new Map(columns.map((column) => [column, candidatesOf(column)]));
  // The first values nearly always tell the type, so the others are tried only where one after them did not fit.
  const first = columns.flatMap((column) =>
    testsOf(column, isGuessed(column) ? candidates.get(column)?.slice(0, 1) : candidates.get(column)),
  );
  const passed = await passedTests(connection, relation, first);
  const second = columns
    .filter((column) => isGuessed(column) && !passed.has(column))
    .flatMap((column) => testsOf(column, candidates.get(column)?.slice(1)));
  for (const [column, type] of await passedTests(connection, relation, second)) passed.set(column, type);
  return columns.map((column) => expressionOf(column, passed.get(column) ?? null));
}

function candidatesOf({ reading, sample }: SourceColumn): ValueType[] {
  if (reading === "text" || reading === "raw") return [];
  if (reading === "auto") return candidateTypes(sample);
  return reading === "number" ? ["integer", "number"] : [reading];
}

function isGuessed({ reading, sample }: SourceColumn): boolean {
  return reading === "auto" && sample.some((value) => value !== "");
}

function testsOf(column: SourceColumn, types: ValueType[] = []): Test[] {
  return types.map((type) => ({ column, type }));
}

/** For each column the first of its types that no value contradicts and at least one has; in one pass over the table. */
async function passedTests(
  connection: DuckDBConnection,
  relation: string,
  tests: Test[],
): Promise<Map<SourceColumn, ValueType>> {
  const passed = new Map<SourceColumn, ValueType>();
  if (tests.length === 0) return passed;
  const counts = tests.flatMap(({ column, type }) => [countOfMisfits(column, type), countOfValues(column, type)]);
  const result = await connection.runAndReadAll(`SELECT ${counts.join(", ")} FROM ${relation}`);
  const row = (result.getRows()[0] ?? []).map(Number);
  tests.forEach(({ column, type }, index) => {
    const [misfits, values] = [row[index * 2], row[index * 2 + 1]];
    if (misfits === 0 && values !== 0 && !passed.has(column)) passed.set(column, type);
  });
  return passed;
}

function countOfMisfits({ from }: SourceColumn, type: ValueType): string {
  const text = identifier(from);
  const holds = RULES[type].holds(text, castOf(from, type));
  return `count(*) FILTER (WHERE ${text} IS NOT NULL AND coalesce(${holds}, false) = false AND ${text} NOT IN ${MARKS})`;
}

function countOfValues({ from }: SourceColumn, type: ValueType): string {
  return `count(${castOf(from, type)})`;
}

function castOf(from: string, type: ValueType): string {
  return `TRY_CAST(${identifier(from)} AS ${RULES[type].sqlType})`;
}

/** Marks of missing values do not survive the cast, except those that name what is not a number. */
function expressionOf({ from }: SourceColumn, type: ValueType | null): string {
  if (type === null) return identifier(from);
  const cast = castOf(from, type);
  return type === "number" ? `nullif(${cast}, 'NaN'::DOUBLE)` : cast;
}
