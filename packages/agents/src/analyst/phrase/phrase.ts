import type { JsonValue, TableContent } from "@pharmadb/contracts";
import type { Composed } from "../compose/compose.ts";
import type { Understanding } from "../understand/understanding.ts";
import { describe } from "./describe.ts";

const MOST_ROWS = 12;
const DECIMALS = 2;

/** A cell as a reader wants it; a number is the cell's or a rounding of it. */
function cellText(cell: JsonValue): string {
  if (cell === null || cell === "") return "(missing)";
  if (typeof cell === "number") return Number.isInteger(cell) ? String(cell) : String(Number(cell.toFixed(DECIMALS)));
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

const NAMES: { [name: string]: string } = {
  mean: "mean",
  median: "median",
  min: "minimum",
  max: "maximum",
  sum: "sum",
  stddev: "standard deviation",
  q1: "first quartile",
  q3: "third quartile",
  mean_change: "mean change",
  median_change: "median change",
  distinct_values: "distinct values",
};

function plural(count: JsonValue, noun: string): string {
  return `${cellText(count)} ${count === 1 ? noun.replace(/s$/, "") : noun}`;
}

/** How far this group is from the one that the others are held against; nothing for that one itself. */
function comparisonWords(composed: Composed, values: JsonValue[]): string {
  const at = (name: string) => values[composed.values.indexOf(name)] ?? null;
  const distance = at("distance");
  if (!composed.values.includes("distance") || distance === null || distance === 0) return "";
  const direction = Number(at("difference")) < 0 ? "lower" : "higher";
  return `, ${cellText(distance)} ${direction} than ${cellText(at("reference"))}, ratio ${cellText(at("ratio"))}`;
}

/** The values of one row in words. */
function valueWords(u: Understanding, composed: Composed, values: JsonValue[]): string {
  const at = (name: string) => values[composed.values.indexOf(name)] ?? null;
  const { measure } = u;
  const comparison = comparisonWords(composed, values);
  switch (measure.kind) {
    case "records":
      return `${plural(at("records"), "records")}${composed.values.includes("subjects") ? ` (${plural(at("subjects"), "subjects")})` : ""}${comparison}`;
    case "subjects":
      return `${plural(at("subjects"), "subjects")}${comparison}`;
    case "percent":
      return `${cellText(at("percent"))}% (${cellText(at(measure.of))} of ${plural(at("total"), measure.of)})${comparison}`;
    case "distinct":
      return `${cellText(at("distinct_values"))} distinct values of ${measure.column.column}`;
    case "values":
      return plural(at("records"), "records");
    default: {
      const counts = ["n", "subjects", "unit", "reference", "difference", "distance", "ratio"];
      const shown = composed.values
        .filter((name) => !counts.includes(name))
        .map((name) => `${NAMES[name] ?? name.replaceAll("_", " ")} ${cellText(at(name))}`);
      const unit =
        composed.values.includes("unit") && at("unit") !== null && !String(at("unit")).includes(",")
          ? ` ${cellText(at("unit"))}`
          : "";
      const n = composed.values.includes("n")
        ? ` (n = ${cellText(at("n"))})`
        : ` (${plural(at("subjects"), "subjects")})`;
      return `${shown.join(", ")}${unit}${n}${comparison}`;
    }
  }
}

function groupName(row: JsonValue[], groups: number): string {
  return row.slice(0, groups).map(cellText).join(" / ");
}

/** Rows that tie with the last one asked for count too. */
function asked(u: Understanding, composed: Composed, rows: JsonValue[][]): { rows: JsonValue[][]; tied: boolean } {
  if (!u.order) return { rows, tied: false };
  const limit = u.limit ?? 1;
  const last = rows[limit - 1]?.[composed.groups];
  const shown = rows.filter((row, at) => at < limit || (last !== undefined && row[composed.groups] === last));
  return { rows: shown, tied: shown.length > limit };
}

export type Phrased = { statements: string[]; title: string; notes: string[]; empty: boolean };

/** What the result says, after the words for what was computed. */
export function phrase(u: Understanding, composed: Composed, content: TableContent): Phrased {
  const all = u.measure.kind === "values" ? { rows: content.rows, tied: false } : asked(u, composed, content.rows);
  const { groups } = composed;
  const notes = all.tied ? ["Some rows tie; all of them are shown."] : [];
  const title = titleOf(u);
  if (content.rows.length === 0)
    return { statements: [], title, notes: ["No row fulfils the conditions."], empty: true };
  const lead = describe(u).replace(/\.$/, "");
  if (groups === 0) {
    const row = content.rows[0] ?? [];
    if (u.measure.kind === "aggregate" && row[0] === null)
      return { statements: [], title, notes: ["No row fulfils the conditions."], empty: true };
    return { statements: [`${lead}: ${valueWords(u, composed, row)}.`], title, notes, empty: false };
  }
  if (u.measure.kind === "values")
    return { statements: [valuesStatement(lead, all.rows, groups)], title, notes, empty: false };
  const parts = all.rows
    .slice(0, MOST_ROWS)
    .map((row) => `${groupName(row, groups)}: ${valueWords(u, composed, row.slice(groups))}`);
  if (all.rows.length > parts.length) notes.push("The table has more rows than the text names.");
  return { statements: [`${lead}: ${parts.join("; ")}.`], title, notes, empty: false };
}

function valuesStatement(title: string, rows: JsonValue[][], groups: number): string {
  const shown = rows.slice(0, 30).map((row) => groupName(row, groups));
  return `${title}: ${shown.join("; ")}.`;
}

function titleOf(u: Understanding): string {
  const { measure } = u;
  const by = u.groups.length > 0 ? ` by ${u.groups.map((group) => group.column).join(" and ")}` : "";
  switch (measure.kind) {
    case "records":
      return `Records in ${u.table}${by}`;
    case "subjects":
      return `Subjects in ${u.absent ? (u.populationTable ?? u.table) : u.table}${by}`;
    case "distinct":
      return `Distinct values of ${measure.column.column}${by}`;
    case "aggregate":
    case "change":
      return `${measure.column.column} in ${u.table}${by}`;
    case "per_subject":
      return `Records of ${u.table} for each subject${by}`;
    case "percent":
      return `Percentage of ${measure.of}${by}`;
    case "days_between":
      return `Days from ${measure.start.column} to ${measure.end.column}${by}`;
    case "values":
      return `${measure.column.column} in ${u.table}${by}`;
  }
}
