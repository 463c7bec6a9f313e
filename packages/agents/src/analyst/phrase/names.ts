import type { JsonValue } from "@pharmadb/contracts";
import { inSentence } from "../match/catalog.ts";
import type { ColumnRef } from "../understand/understanding.ts";

const DECIMALS = 2;

/** A cell as a reader wants it; a number is the cell's or a rounding of it. */
export function cellText(cell: JsonValue, decimals = DECIMALS): string {
  if (cell === null || cell === "") return "(missing)";
  if (typeof cell === "number") return Number.isInteger(cell) ? String(cell) : String(Number(cell.toFixed(decimals)));
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** `actual treatment (TRT01A)`. A label with digits would be taken for a figure of its own. */
export function columnName({ column, label, noun }: ColumnRef): string {
  const told = label !== null && label.trim() !== "" && !/\d/.test(label) ? inSentence(label.trim()) : noun;
  const plain = told.replace(/[?:]+$/, "");
  return plain.toUpperCase() === column.toUpperCase() ? plain : `${plain} (${column})`;
}

export function plural(count: JsonValue, noun: string): string {
  return `${cellText(count)} ${count === 1 ? noun.replace(/ies$/, "y").replace(/s$/, "") : noun}`;
}
