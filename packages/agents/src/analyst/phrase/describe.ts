import type { Aggregate, ColumnRef, Condition, Understanding } from "../understand/understanding.ts";
import { conditionText } from "./conditions.ts";

export const AGGREGATE_NAMES: { [fn in Aggregate]: string } = {
  mean: "mean",
  median: "median",
  min: "minimum",
  max: "maximum",
  sum: "sum",
  stddev: "standard deviation",
  q1: "first quartile",
  q3: "third quartile",
  range: "range",
  iqr: "interquartile range",
};

function whereWords(conditions: Condition[], base: string): string {
  const texts = [...new Set(conditions.map((condition) => conditionText(condition, base, false)))];
  return texts.length > 0 ? ` where ${texts.join(" and ")}` : "";
}

function named(fns: Aggregate[]): string {
  return fns.map((fn) => AGGREGATE_NAMES[fn]).join(" and ");
}

function columnOf(column: ColumnRef, base: string): string {
  return column.table === base ? column.column : `${column.column} of ${column.table}`;
}

function measureWords(u: Understanding): string {
  const { measure } = u;
  const key = u.keys[u.table] ?? "subject";
  switch (measure.kind) {
    case "records":
      return `Count the rows of ${u.table}`;
    case "subjects":
      return `Count distinct ${key} in ${u.absent ? (u.populationTable ?? u.table) : u.table}`;
    case "distinct":
      return `Count the distinct values of ${measure.column.column} in ${u.table}`;
    case "aggregate":
      return `Take the ${named(measure.fns)} of ${measure.column.column} in ${u.table}`;
    case "per_subject":
      return `Count the rows of ${u.table} for each ${key} and take the ${named(measure.fns)}`;
    case "percent":
      return `Take the percentage of ${measure.of === "subjects" ? `distinct ${key} of ${u.populationTable ?? u.table} that have a row in ${u.table}` : `the rows of ${u.table}`}`;
    case "days_between":
      return `Take the ${named(measure.fns)} of the days from ${measure.start.column} to ${measure.end.column} in ${u.table}`;
    case "change":
      return `Take the ${named(measure.fns)} of the change of ${measure.column.column} in ${u.table} from the subject's baseline`;
    case "values":
      return `List the values of ${measure.column.column} in ${u.table}`;
  }
}

function havingWords({ having }: Understanding): string {
  if (!having) return "";
  return having.of === "subjects"
    ? `, with row counts ${having.op} ${having.count}`
    : `, groups with counts ${having.op} ${having.count}`;
}

/** What is to be computed, in words, with the columns that are used. */
export function describe(u: Understanding): string {
  const absent = u.absent ? ` without a row in ${u.table}` : "";
  const population =
    u.population.length > 0 ? `, out of those${whereWords(u.population, u.populationTable ?? u.table)}` : "";
  const groups = u.groups.length > 0 ? `, by ${u.groups.map((group) => columnOf(group, u.table)).join(" and ")}` : "";
  const order = u.order ? `, ${u.order === "desc" ? "highest" : "lowest"} first` : "";
  return `${measureWords(u)}${absent}${whereWords(u.conditions, u.table)}${population}${havingWords(u)}${groups}${order}.`;
}
