import type { JsonValue, TableContent } from "@pharmadb/contracts";
import type { Composed } from "../compose/compose.ts";
import { subjectsName } from "../compose/plan.ts";
import type { Understanding } from "../understand/understanding.ts";
import { clausesOf } from "./conditions.ts";
import { methodOf } from "./method.ts";
import { cellText, columnName } from "./names.ts";
import { titleOf } from "./title.ts";
import { rowOf, valueWords } from "./values.ts";

const MOST_ROWS = 12;
const MOST_LISTED = 30;

function groupName(row: JsonValue[], groups: number): string {
  return row
    .slice(0, groups)
    .map((cell) => cellText(cell))
    .join(" / ");
}

/** What the numbers were taken from. */
function sourceOf(u: Understanding): string {
  const { measure } = u;
  const whole = u.populationTable ?? u.table;
  const key = u.keys[whole] ?? u.keys[u.table] ?? "subject";
  switch (measure.kind) {
    case "records":
      return `rows of ${u.table}`;
    case "subjects":
      return `distinct ${key} in ${u.absent ? whole : u.table}`;
    case "percent":
      if (measure.of === "records") return `rows of ${u.table}`;
      return `distinct ${key} in ${whole}`;
    case "distinct":
    case "values":
      return `${columnName(measure.column)} in ${u.table}`;
    case "days_between":
      return `from ${columnName(measure.start)} to ${columnName(measure.end)} in ${u.table}`;
    case "aggregate":
    case "change":
      return `${measure.column.column} in ${u.table}`;
    case "per_subject":
      return `rows of ${u.table} by ${key}`;
  }
}

function single(u: Understanding, composed: Composed, row: JsonValue[]): string {
  const { measure } = u;
  const clause = clausesOf(u, u.conditions);
  const method = methodOf(u, sourceOf(u), clause === "");
  const words = valueWords(u, composed, row, true);
  if (measure.kind === "subjects" && clause !== "") return `${words} ${agreeing(clause, row[0] ?? null)} ${method}`;
  if (measure.kind === "percent") {
    const at = rowOf(composed, row);
    const of = measure.of === "subjects" ? subjectsName(u) : u.rows;
    const counts = `${cellText(at(measure.of === "subjects" ? of : "records"))} of ${cellText(at("total"))} ${sourceOf(u)}`;
    const inner = methodOf(u, counts, clause === "" || measure.of === "records");
    const told = clause === "" || measure.of === "records" ? "" : ` ${clause}`;
    return `${cellText(at("percent"), 1)}% of ${of}${told} ${inner}`;
  }
  if (measure.kind === "aggregate" && measure.fns.length === 1)
    return `The ${words.replace(/ \((n = [^()]*)\)$/, ` ($1; ${method.slice(1)}`)}`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${method}`;
}

function agreeing(clause: string, count: JsonValue): string {
  return count === 1 ? clause.replace(/\bare\b/g, "is") : clause;
}

const MOST = { desc: "the most", asc: "the fewest" } as const;
const HIGHEST = { desc: "the highest", asc: "the lowest" } as const;

function several(u: Understanding, composed: Composed, rows: JsonValue[][]): string {
  const { groups } = composed;
  const parts = rows
    .slice(0, MOST_ROWS)
    .map((row, at) => `${groupName(row, groups)}: ${valueWords(u, composed, row, at === 0)}`);
  const counted = u.measure.kind === "records" || u.measure.kind === "subjects";
  const top =
    u.order && u.having?.of !== "groups" && (u.limit ?? 1) === 1 ? `, ${(counted ? MOST : HIGHEST)[u.order]}` : "";
  const more = rows.length > parts.length ? "; and others" : "";
  return `${parts.join("; ")}${more}${top} ${methodOf(u, sourceOf(u), true)}`;
}

function listed(u: Understanding, rows: JsonValue[][], groups: number): string {
  const shown = rows.slice(0, MOST_LISTED).map((row) => groupName(row, groups));
  return `${shown.join("; ")} ${methodOf(u, `values of ${sourceOf(u)}`, true)}`;
}

export type Phrased = { statements: string[]; title: string; notes: string[]; empty: boolean };

/** What the result says: the result first, then in brackets how it came about. */
export function phrase(u: Understanding, composed: Composed, content: TableContent): Phrased {
  const title = titleOf(u);
  const { rows } = content;
  const [row] = rows;
  const none = { statements: [], title, notes: ["No row fulfils the conditions."], empty: true };
  if (!row) return none;
  const text =
    u.measure.kind === "values"
      ? listed(u, rows, composed.groups)
      : composed.groups === 0
        ? single(u, composed, row)
        : several(u, composed, rows);
  if (composed.groups === 0 && "fns" in u.measure && row[0] === null) return none;
  const notes = [
    ...(u.order && u.having?.of !== "groups" && rows.length > (u.limit ?? 1)
      ? ["Some rows tie; all of them are shown."]
      : []),
    ...(composed.groups > 0 && rows.length > MOST_ROWS && u.measure.kind !== "values"
      ? ["The table has more rows than the text names."]
      : []),
  ];
  return { statements: [`${text}.`], title, notes, empty: false };
}
