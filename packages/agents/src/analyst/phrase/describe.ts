import type { Condition, Understanding } from "../understand/understanding.ts";

const SIGNS: { [op: string]: string } = {
  in: "=",
  not_in: "is not",
  contains: "contains",
  between: "between",
  year_month: "in",
  before: "before",
  after: "after",
  since: "from",
  date_between: "between",
};

function describeCondition(condition: Condition, base: string): string {
  const name =
    condition.column.table === base
      ? condition.column.column
      : `${condition.column.column} of ${condition.column.table}`;
  if (condition.op === "is_null") return `${name} is missing`;
  if (condition.op === "no_row") return `no row in ${condition.column.table}`;
  if (condition.op === "not_null") return `a row in ${condition.column.table}`;
  const joint = condition.op === "between" || condition.op === "date_between" ? " and " : " or ";
  const shown = condition.values.slice(0, 12).map(String);
  const rest = condition.values.length > shown.length ? " and others" : "";
  return `${name} ${SIGNS[condition.op] ?? condition.op} ${shown.join(joint)}${rest}`;
}

function whereWords(conditions: Condition[], base: string): string {
  return conditions.length > 0
    ? ` where ${conditions.map((condition) => describeCondition(condition, base)).join(" and ")}`
    : "";
}

function measureWords(u: Understanding): string {
  const { measure } = u;
  const key = u.keys[u.table] ?? "subject";
  switch (measure.kind) {
    case "records":
      return `Counted the rows of ${u.table}`;
    case "subjects":
      return `Counted distinct ${key} in ${u.absent ? (u.populationTable ?? u.table) : u.table}`;
    case "distinct":
      return `Counted the distinct values of ${measure.column.column} in ${u.table}`;
    case "aggregate":
      return `Took ${measure.fns.join(" and ")} of ${measure.column.column} in ${u.table}`;
    case "per_subject":
      return `Counted the rows of ${u.table} for each ${key} and took ${measure.fns.join(" and ")}`;
    case "percent":
      return `Took the percentage of ${measure.of === "subjects" ? `distinct ${key} of ${u.populationTable ?? u.table} that have a row in ${u.table}` : `the rows of ${u.table}`}`;
    case "days_between":
      return `Took ${measure.fns.join(" and ")} of the days from ${measure.start.column} to ${measure.end.column} in ${u.table}`;
    case "change":
      return `Took ${measure.fns.join(" and ")} of the change of ${measure.column.column} in ${u.table} from the subject's baseline`;
    case "values":
      return `Listed the values of ${measure.column.column} in ${u.table}`;
  }
}

/** What was computed, in words, with the columns that were used. */
export function describe(u: Understanding): string {
  const absent = u.absent ? ` without a row in ${u.table}` : "";
  const population =
    u.population.length > 0 ? `, out of those${whereWords(u.population, u.populationTable ?? u.table)}` : "";
  const having = u.having ? `, with row counts ${u.having.op} ${u.having.count}` : "";
  const groups =
    u.groups.length > 0
      ? `, by ${u.groups.map((group) => (group.table === u.table ? group.column : `${group.column} of ${group.table}`)).join(" and ")}`
      : "";
  const order = u.order ? `, ${u.order === "desc" ? "highest" : "lowest"} first` : "";
  return `${measureWords(u)}${absent}${whereWords(u.conditions, u.table)}${population}${having}${groups}${order}.`;
}
