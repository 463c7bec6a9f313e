import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, literal } from "../child/quote.ts";
import type { SourceColumn } from "./table-source.ts";
import { candidateTypes, MISSING_MARKS, RULES, type ValueType } from "./value-types.ts";

const MARKS = `(${MISSING_MARKS.map(literal).join(", ")})`;

/** The engine's planning takes the square of the number of expressions. */
const TESTS_AT_ONCE = 100;

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
  if (reading === "text" || reading === "raw" || reading === "whole") return [];
  if (reading === "auto") return candidateTypes(sample);
  return reading === "number" ? ["integer", "number"] : [reading];
}

function isGuessed({ reading, sample }: SourceColumn): boolean {
  return reading === "auto" && sample.some((value) => value !== "");
}

function testsOf(column: SourceColumn, types: ValueType[] = []): Test[] {
  return types.map((type) => ({ column, type }));
}

/** For each column the first of its types that no value contradicts and at least one has; in few passes over the table. */
async function passedTests(
  connection: DuckDBConnection,
  relation: string,
  tests: Test[],
): Promise<Map<SourceColumn, ValueType>> {
  const passed = new Map<SourceColumn, ValueType>();
  for (let start = 0; start < tests.length; start += TESTS_AT_ONCE) {
    const some = tests.slice(start, start + TESTS_AT_ONCE);
    const verdicts = some.map(({ column, type }) => holdsForAll(column, type));
    const result = await connection.runAndReadAll(`SELECT ${verdicts.join(", ")} FROM ${relation}`);
    const row = result.getRows()[0] ?? [];
    some.forEach(({ column, type }, index) => {
      if (row[index] === true && !passed.has(column)) passed.set(column, type);
    });
  }
  return passed;
}

/** SQL that is true where every value but the marks of missing ones is of the type; NULL where there is none. */
function holdsForAll({ from }: SourceColumn, type: ValueType): string {
  const text = identifier(from);
  const holds = RULES[type].holds(text, castOf(from, type));
  return `bool_and(CASE WHEN ${text} NOT IN ${MARKS} THEN coalesce(${holds}, false) END)`;
}

function castOf(from: string, type: ValueType): string {
  return `TRY_CAST(${identifier(from)} AS ${RULES[type].sqlType})`;
}

/** Marks of missing values do not survive the cast, except those that name what is not a number. */
function expressionOf({ from, reading }: SourceColumn, type: ValueType | null): string {
  if (reading === "whole") return `CAST(${identifier(from)} AS BIGINT)`;
  if (type === null) return identifier(from);
  const cast = castOf(from, type);
  return type === "number" ? `nullif(${cast}, 'NaN'::DOUBLE)` : cast;
}
