import { canonicalJson, type JsonValue, type TableContent } from "@pharmadb/contracts";

/** Sums of fractions differ in their last digits where the engine's threads add them up in another order. */
const RELATIVE_TOLERANCE = 1e-9;
const FLOATING_TYPE = /\b(?:DOUBLE|FLOAT|REAL)\b/;

/**
 * Whether two results are the same figures. SQL without ORDER BY gives its rows in any order, another one on each run,
 * so they are compared in no order. All cells must be equal, those of floating-point columns within the tolerance.
 */
export function isSameContent(recorded: TableContent, again: TableContent): boolean {
  if (canonicalJson(recorded.columns) !== canonicalJson(again.columns)) return false;
  if (recorded.rows.length !== again.rows.length) return false;
  const isFloating = recorded.columns.map(({ type }) => FLOATING_TYPE.test(type));
  const exactPart = (row: JsonValue[]) => canonicalJson(row.map((cell, index) => (isFloating[index] ? null : cell)));
  const left = Map.groupBy(again.rows, exactPart);
  return recorded.rows.every((row) => {
    const candidates = left.get(exactPart(row)) ?? [];
    const found = candidates.findIndex((candidate) => isClose(row, candidate));
    if (found === -1) return false;
    candidates.splice(found, 1);
    return true;
  });
}

/** Equal but for the last digits of numbers, also of those inside lists and structures. */
function isClose(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return a === b || Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((cell, index) => isClose(cell, b[index] ?? null));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isClose(a[key] ?? null, b[key] ?? null));
}
