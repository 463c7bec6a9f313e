import { type DuckDBConnection, DuckDBMapValue, DuckDBTypeId, type DuckDBValue } from "@duckdb/node-api";
import type { ColumnProfile, JsonValue, TableProfile } from "@pharmadb/contracts";
import { jsonCell } from "../child/json-cell.ts";
import { identifier } from "../child/quote.ts";

const MAX_COMMON = 20;
/** Longer texts are cut in a profile: it is for reading, and it is sent to a model. */
const MAX_TEXT = 200;
const MAX_TYPE_TEXT = 300;
/** Up to so many rows columns are profiled together. */
const SMALL_ROWS = 5000;
const COLUMNS_AT_ONCE = 100;

type ColumnType = ColumnProfile["type"];

type Column = { name: string; typeId: DuckDBTypeId; type: ColumnType };

/** What one column's values are like. */
type Findings = Pick<ColumnProfile, "distinct_count" | "min" | "max" | "common"> & { filled: number };

/** The exact profile of a stored table. */
export async function profileTable(
  connection: DuckDBConnection,
  table: string,
  about: { name: string | null; label: string | null; columnLabels: (string | null)[] },
): Promise<TableProfile> {
  const shape = await connection.run(`SELECT * FROM ${table} LIMIT 0`);
  const [[rows] = [0n]] = (await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRows();
  const rowCount = Number(rows);
  const columns = Array.from({ length: shape.columnCount }, (_, index): Column => {
    const typeId = shape.columnTypeId(index);
    return { name: shape.columnName(index), typeId, type: columnType(typeId) };
  });
  const findings = rowCount <= SMALL_ROWS ? await findTogether(connection, table, columns) : [];
  const profiles: ColumnProfile[] = [];
  for (const [index, column] of columns.entries()) {
    const { filled, ...found } = findings[index] ?? (await findAlone(connection, table, column));
    profiles.push({
      name: column.name,
      label: about.columnLabels[index] ?? null,
      type: column.type,
      sql_type: shape.columnType(index).toString().slice(0, MAX_TYPE_TEXT),
      null_share: rowCount === 0 ? 0 : 1 - filled / rowCount,
      ...found,
    });
  }
  return { name: about.name, label: about.label, row_count: rowCount, columns: profiles };
}

/** Few rows: planning a query takes longer than running it, so each looks into many columns at once. */
async function findTogether(connection: DuckDBConnection, table: string, columns: Column[]): Promise<Findings[]> {
  const findings: Findings[] = [];
  for (let start = 0; start < columns.length; start += COLUMNS_AT_ONCE) {
    const some = columns.slice(start, start + COLUMNS_AT_ONCE);
    const select = some.map((column) => {
      const value = comparable(column);
      return `histogram(${value}), ${column.type === "other" ? "NULL, NULL" : `min(${value}), max(${value})`}`;
    });
    const [row = []] = (await connection.runAndReadAll(`SELECT ${select.join(", ")} FROM ${table}`)).getRows();
    findings.push(...some.map((column, index) => findingsOf(column, row.slice(index * 3, index * 3 + 3))));
  }
  return findings;
}

/** The groups come in the order of their values, so that equal counts stay in it. */
function findingsOf({ typeId }: Column, [groups, min, max]: DuckDBValue[]): Findings {
  const entries = groups instanceof DuckDBMapValue ? groups.entries : [];
  const counted = entries.map(({ key, value }) => ({ key, count: Number(value) })).sort((a, b) => b.count - a.count);
  const cell = cellOf(typeId);
  return {
    filled: counted.reduce((sum, { count }) => sum + count, 0),
    distinct_count: counted.length,
    min: cell(min ?? null),
    max: cell(max ?? null),
    common: counted.slice(0, MAX_COMMON).map(({ key, count }) => ({ value: cell(key), count })),
  };
}

/** Many rows: one column at a time, so that memory holds the groups of no more than one. */
async function findAlone(connection: DuckDBConnection, table: string, column: Column): Promise<Findings> {
  const result = await connection.runAndReadAll(columnSql(table, column));
  const [distinct, filled, min, max, common] = result.getRows()[0] ?? [];
  const cell = cellOf(column.typeId);
  return {
    filled: Number(filled ?? 0),
    distinct_count: Number(distinct ?? 0),
    min: cell(min ?? null),
    max: cell(max ?? null),
    common: commonOf(common ?? null, cell),
  };
}

function cellOf(typeId: DuckDBTypeId): (value: DuckDBValue) => JsonValue {
  const isSingle = typeId === DuckDBTypeId.FLOAT;
  return (value) => shortened(jsonCell(value, isSingle));
}

/** An empty text counts as missing; what has no order is compared as text. */
function comparable({ name, type }: Column): string {
  const column = identifier(name);
  return type === "text" ? `nullif(${column}::VARCHAR, '')` : type === "other" ? `${column}::VARCHAR` : column;
}

function columnSql(table: string, column: Column): string {
  const extremes = column.type === "other" ? "NULL, NULL" : "min(v), max(v)";
  return `WITH groups AS MATERIALIZED (SELECT ${comparable(column)} AS v, count(*) AS n FROM ${table} GROUP BY 1),
    common AS (SELECT v, n FROM groups WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT ${MAX_COMMON})
    SELECT count(v), sum(n) FILTER (WHERE v IS NOT NULL), ${extremes},
      (SELECT list({v: v, n: n} ORDER BY n DESC, v) FROM common) FROM groups`;
}

function commonOf(list: DuckDBValue, cell: (value: DuckDBValue) => JsonValue): ColumnProfile["common"] {
  if (list === null || typeof list !== "object" || !("items" in list)) return [];
  return [...list.items].map((item) => {
    const entries = typeof item === "object" && item !== null && "entries" in item ? item.entries : {};
    const { v, n } = entries as Record<string, DuckDBValue>;
    return { value: cell(v ?? null), count: Number(n) };
  });
}

function shortened(value: JsonValue): JsonValue {
  return typeof value === "string" && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
}

const TYPES: [ColumnType, DuckDBTypeId[]][] = [
  ["boolean", [DuckDBTypeId.BOOLEAN]],
  [
    "integer",
    [
      DuckDBTypeId.TINYINT,
      DuckDBTypeId.SMALLINT,
      DuckDBTypeId.INTEGER,
      DuckDBTypeId.BIGINT,
      DuckDBTypeId.HUGEINT,
      DuckDBTypeId.UTINYINT,
      DuckDBTypeId.USMALLINT,
      DuckDBTypeId.UINTEGER,
      DuckDBTypeId.UBIGINT,
      DuckDBTypeId.UHUGEINT,
    ],
  ],
  ["number", [DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE, DuckDBTypeId.DECIMAL]],
  ["text", [DuckDBTypeId.VARCHAR, DuckDBTypeId.ENUM, DuckDBTypeId.UUID]],
  ["date", [DuckDBTypeId.DATE]],
  [
    "timestamp",
    [
      DuckDBTypeId.TIMESTAMP,
      DuckDBTypeId.TIMESTAMP_S,
      DuckDBTypeId.TIMESTAMP_MS,
      DuckDBTypeId.TIMESTAMP_NS,
      DuckDBTypeId.TIMESTAMP_TZ,
    ],
  ],
  ["time", [DuckDBTypeId.TIME, DuckDBTypeId.TIME_TZ, DuckDBTypeId.TIME_NS]],
];

function columnType(typeId: DuckDBTypeId): ColumnType {
  return TYPES.find(([, ids]) => ids.includes(typeId))?.[0] ?? "other";
}
