import { type DuckDBConnection, DuckDBTypeId, type DuckDBValue } from "@duckdb/node-api";
import type { ColumnProfile, JsonValue, TableProfile } from "@pharmadb/contracts";
import { jsonCell } from "../child/json-cell.ts";
import { identifier } from "../child/quote.ts";

const MAX_COMMON = 20;
/** Longer texts are cut in a profile: it is for reading, and it is sent to a model. */
const MAX_TEXT = 200;
const MAX_TYPE_TEXT = 300;

type ColumnType = ColumnProfile["type"];

/** The exact profile of a stored table; each column is read once. */
export async function profileTable(
  connection: DuckDBConnection,
  table: string,
  about: { name: string | null; label: string | null; columnLabels: (string | null)[] },
): Promise<TableProfile> {
  const shape = await connection.run(`SELECT * FROM ${table} LIMIT 0`);
  const [[rows] = [0n]] = (await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRows();
  const rowCount = Number(rows);
  const columns: ColumnProfile[] = [];
  for (let index = 0; index < shape.columnCount; index++) {
    const name = shape.columnName(index);
    const typeId = shape.columnTypeId(index);
    columns.push({
      name,
      label: about.columnLabels[index] ?? null,
      type: columnType(typeId),
      sql_type: shape.columnType(index).toString().slice(0, MAX_TYPE_TEXT),
      ...(await profileColumn(connection, table, name, typeId, rowCount)),
    });
  }
  return { name: about.name, label: about.label, row_count: rowCount, columns };
}

async function profileColumn(
  connection: DuckDBConnection,
  table: string,
  name: string,
  typeId: DuckDBTypeId,
  rowCount: number,
) {
  const result = await connection.runAndReadAll(columnSql(table, name, columnType(typeId)));
  const [distinct, filled, min, max, common] = result.getRows()[0] ?? [];
  const isSingle = typeId === DuckDBTypeId.FLOAT;
  const cell = (value: DuckDBValue): JsonValue => shortened(jsonCell(value, isSingle));
  return {
    null_share: rowCount === 0 ? 0 : 1 - Number(filled ?? 0) / rowCount,
    distinct_count: Number(distinct ?? 0),
    min: cell(min ?? null),
    max: cell(max ?? null),
    common: commonOf(common ?? null, cell),
  };
}

function columnSql(table: string, name: string, type: ColumnType): string {
  const column = identifier(name);
  const value = type === "text" ? `nullif(${column}::VARCHAR, '')` : type === "other" ? `${column}::VARCHAR` : column;
  const extremes = type === "other" ? "NULL, NULL" : "min(v), max(v)";
  return `WITH groups AS MATERIALIZED (SELECT ${value} AS v, count(*) AS n FROM ${table} GROUP BY 1),
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
