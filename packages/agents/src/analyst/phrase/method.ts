import type { Understanding } from "../understand/understanding.ts";
import { conditionText } from "./conditions.ts";
import { columnName } from "./names.ts";

/** What was looked at, the filters and the groups: what stands in brackets behind a result. */
export function methodOf(u: Understanding, what: string, labelled: boolean): string {
  const base = u.absent || u.measure.kind === "percent" ? (u.populationTable ?? u.table) : u.table;
  const filters = [...new Set(u.conditions.map((condition) => conditionText(condition, u.table, labelled)))];
  const whole = u.population.map((condition) => conditionText(condition, base, true));
  const hit = filters.length > 0 ? ` with ${filters.join(" and ")}` : "";
  const elsewhere =
    base === u.table ? filters.join(" and ") : `with a row in ${u.table}${hit.replace("with", "where")}`;
  const parts = [
    what,
    u.absent ? `without a row in ${u.table}${hit.replace("with", "where")}` : elsewhere,
    whole.length > 0 ? `out of those with ${whole.join(" and ")}` : "",
    u.having ? `${u.having.of === "subjects" ? "rows a subject" : "counts"} ${u.having.op} ${u.having.count}` : "",
    u.groups.length > 0 ? `by ${u.groups.map(columnName).join(" and ")}` : "",
    u.order && (u.limit ?? 1) > 1 ? `${u.order === "desc" ? "highest" : "lowest"} first` : "",
  ].filter((part) => part !== "");
  return `(${[...new Set(parts)].join("; ").replace("; by ", ", by ")})`;
}
