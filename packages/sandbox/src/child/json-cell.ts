import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { JsonValue } from "@pharmadb/contracts";

/** Up to so many digits a decimal number comes back unchanged from a double. */
const EXACT_DIGITS = 15;
/** How the engine stores the dates and points in time that lie beyond all others. */
const INFINITE_DAYS = 2_147_483_647;
const INFINITE_MICROS = 9_223_372_036_854_775_807n;

/** A value of the engine as JSON: a number where that is exact, else text; dates and times as ISO text. */
export function jsonCell(value: DuckDBValue, isSingle = false): JsonValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      if (!Number.isFinite(value)) return String(value);
      return isSingle ? shortestSingle(value) : value;
    case "bigint":
      return exactInteger(value);
    default:
      return jsonObjectCell(value);
  }
}

function jsonObjectCell(value: Exclude<DuckDBValue, null | boolean | string | number | bigint>): JsonValue {
  if (value instanceof DuckDBDecimalValue) return decimal(value);
  if (value instanceof DuckDBDateValue && Math.abs(value.days) === INFINITE_DAYS) return infinite(value.days);
  if (value instanceof DuckDBTimestampTZValue) return zonedTimestamp(value.micros);
  if (
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampSecondsValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampNanosecondsValue
  ) {
    return value.toString().replace(" ", "T");
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map((item) => jsonCell(item));
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, jsonCell(item)]));
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map((entry) => ({ key: jsonCell(entry.key), value: jsonCell(entry.value) }));
  }
  if (value instanceof DuckDBUnionValue) return jsonCell(value.value);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("hex");
  return value.toString();
}

function exactInteger(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function decimal(value: DuckDBDecimalValue): JsonValue {
  const digits = (value.value < 0n ? -value.value : value.value).toString().length;
  return digits <= EXACT_DIGITS ? Number(value.toString()) : value.toString();
}

/** The shortest decimal that means the same single-precision number: 0.1, not 0.10000000149011612. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}

function infinite(sign: number | bigint): string {
  return sign < 0 ? "-infinity" : "infinity";
}

function zonedTimestamp(micros: bigint): string {
  if (micros === INFINITE_MICROS || micros === -INFINITE_MICROS) return infinite(micros);
  const millis = Number(micros / 1000n);
  const rest = Number(micros % 1000n);
  const date = new Date(rest < 0 ? millis - 1 : millis);
  if (Number.isNaN(date.getTime())) return `${micros} microseconds since 1970`;
  const iso = date.toISOString();
  if (rest === 0) return iso.replace(".000Z", "Z");
  return iso.replace("Z", `${String(rest < 0 ? rest + 1000 : rest).padStart(3, "0")}Z`);
}
