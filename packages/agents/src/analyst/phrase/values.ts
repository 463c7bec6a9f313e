import type { JsonValue } from "@pharmadb/contracts";
import type { Composed } from "../compose/compose.ts";
import { subjectsName } from "../compose/plan.ts";
import type { Understanding } from "../understand/understanding.ts";
import { AGGREGATE_NAMES } from "./describe.ts";
import { cellText, columnName, plural } from "./names.ts";

/** One row of a result, by the names of its values. */
type Row = (name: string) => JsonValue;

export function rowOf(composed: Composed, row: JsonValue[]): Row {
  return (name) => row[composed.groups + composed.values.indexOf(name)] ?? null;
}

function wordOf({ measure }: Understanding, difference: number): string {
  if (measure.kind === "records" || measure.kind === "subjects") return difference < 0 ? "fewer" : "more";
  return difference < 0 ? "lower" : "higher";
}

/** How far this group is from the one that the others are held against; nothing for that one itself. */
function comparisonWords(u: Understanding, composed: Composed, row: Row): string {
  const difference = row("difference");
  if (!composed.values.includes("difference") || typeof difference !== "number" || difference === 0) return "";
  const points =
    u.measure.kind === "percent" ? (Math.abs(difference) === 1 ? " percentage point" : " percentage points") : "";
  const ratio = row("ratio") === null ? "" : ` (ratio ${cellText(row("ratio"))})`;
  return `, ${cellText(Math.abs(difference))}${points} ${wordOf(u, difference)} than ${cellText(u.reference)}${ratio}`;
}

/** The thing measured: the test that the filters name, else the column. */
export function measured(u: Understanding): string {
  const { measure } = u;
  if (measure.kind !== "aggregate" && measure.kind !== "change" && measure.kind !== "values") return "";
  const test = u.conditions.find(
    ({ column, op, values }) => op === "in" && values.length === 1 && /TEST(CD)?$|^PARAM(CD)?$/i.test(column.column),
  );
  if (!test) return columnName(measure.column);
  const code = String(test.values[0]);
  return test.words && test.words.toUpperCase() !== code.toUpperCase() ? `${test.words} (${code})` : code;
}

function unitOf(composed: Composed, row: Row): string {
  const unit = composed.values.includes("unit") ? row("unit") : null;
  return unit === null || String(unit).includes(",") ? "" : ` ${cellText(unit)}`;
}

const DATE_NAMES: { [fn: string]: string } = { min: "earliest", max: "latest" };
// `mean age`, but `standard deviation of age`.
const WITH_OF: ReadonlySet<string> = new Set(["stddev", "q1", "q3", "sum"]);

function aggregateWords(u: Understanding, composed: Composed, row: Row, first: boolean): string {
  const { measure } = u;
  if (!("fns" in measure)) return "";
  const suffix = measure.kind === "days_between" ? "_days" : measure.kind === "change" ? "_change" : "";
  const values = measure.fns.map((fn) => {
    const value = cellText(row(`${fn}${suffix}`));
    const name = measure.kind === "aggregate" && measure.date ? DATE_NAMES[fn] : AGGREGATE_NAMES[fn];
    if (measure.fns.length > 1) return `${name} ${value}`;
    if (!first) return value;
    switch (measure.kind) {
      case "days_between":
        return `${name} of ${value} days`;
      case "change":
        return `${name} change of ${measured(u)} from baseline ${value}`;
      case "per_subject":
        return `${name} of ${value} records each`;
      default:
        return `${name} ${WITH_OF.has(fn) ? "of " : ""}${measured(u)} ${composed.groups === 0 ? "is " : ""}${value}`;
    }
  });
  const counted = composed.values.includes("n")
    ? `n = ${cellText(row("n"))}${measure.kind === "aggregate" && measure.subjects ? `; ${plural(row(subjectsName(u)), subjectsName(u))}` : ""}`
    : plural(row(subjectsName(u)), subjectsName(u));
  const lead = measure.fns.length > 1 && first && measure.kind === "aggregate" ? `${measured(u)}: ` : "";
  return `${lead}${values.join(", ")}${unitOf(composed, row)} (${counted})`;
}

/** The values of one row in words; behind the first row of several the units need no repetition. */
export function valueWords(u: Understanding, composed: Composed, cells: JsonValue[], first: boolean): string {
  const row = rowOf(composed, cells);
  const { measure } = u;
  const comparison = comparisonWords(u, composed, row);
  const count = (name: string) => (first ? plural(row(name), name) : cellText(row(name)));
  const noun = subjectsName(u);
  switch (measure.kind) {
    case "records":
      return `${first ? plural(row("records"), u.rows) : cellText(row("records"))}${composed.values.includes(noun) ? ` (${plural(row(noun), noun)})` : ""}${comparison}`;
    case "subjects":
      return `${count(noun)}${comparison}`;
    case "percent": {
      const total = first ? plural(row("total"), measure.of === "subjects" ? noun : u.rows) : cellText(row("total"));
      return `${cellText(row("percent"), 1)}% (${cellText(row(measure.of === "subjects" ? noun : "records"))} of ${total})${comparison}`;
    }
    case "distinct":
      return first ? `${cellText(row("distinct_values"))} different values` : cellText(row("distinct_values"));
    case "values":
      return plural(row("records"), "records");
    default:
      return `${aggregateWords(u, composed, row, first)}${comparison}`;
  }
}
