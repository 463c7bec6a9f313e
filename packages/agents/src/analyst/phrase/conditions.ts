import { meaningOf } from "../match/catalog.ts";
import type { Condition, Understanding } from "../understand/understanding.ts";
import { columnName } from "./names.ts";

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
const MOST_VALUES = 12;

function valuesText(condition: Condition): string {
  const joint = condition.op === "between" || condition.op === "date_between" ? " and " : " or ";
  const shown = condition.values.slice(0, MOST_VALUES).map(String);
  return `${shown.join(joint)}${condition.values.length > shown.length ? " or others" : ""}`;
}

/** A filter as it was applied. */
export function conditionText(condition: Condition, base: string, labelled: boolean): string {
  const { column, op } = condition;
  if (op === "no_row") return `no row in ${column.table}`;
  if (op === "not_null" && column.table !== base) return `a row in ${column.table}`;
  const name = `${labelled ? columnName(column) : column.column}${column.table === base ? "" : ` of ${column.table}`}`;
  if (op === "is_null") return `${name} is missing`;
  if (op === "not_null") return `${name} is not missing`;
  return `${name} ${SIGNS[op] ?? op} ${valuesText(condition)}`;
}

const AGES: { [op: string]: (values: string[]) => string } = {
  ">": ([age]) => `are older than ${age}`,
  ">=": ([age]) => `are ${age} or older`,
  "<": ([age]) => `are younger than ${age}`,
  "<=": ([age]) => `are ${age} or younger`,
  between: ([low, high]) => `are ${low} to ${high} years old`,
};

/** What a filter says of a person, as a verb phrase; null where only the filter itself is exact. */
function clauseOf(condition: Condition): string | null {
  const { column, op } = condition;
  const role = meaningOf(column.column)?.role;
  const values = condition.values.map(String);
  if (role === "age") return AGES[op]?.(values) ?? null;
  if (op !== "in" || values.length > 3) return null;
  if (role === "arm" && values.length === 1) return `were in the group ${values[0]}`;
  if (role === "sex" && values.length === 1) {
    const plain = (values[0] ?? "").replace(/^\d_/, "").toUpperCase();
    return /^(F|FEMALE)$/.test(plain) ? "are female" : /^(M|MALE)$/.test(plain) ? "are male" : null;
  }
  if ((role === "term" || role === "class") && /^(AE|MH)|^PT$/i.test(column.column))
    return `had ${values.join(" or ")}`;
  return null;
}

/** The verb phrases of all filters, with `and` between them; empty where none can be told in words. */
export function clausesOf(u: Understanding, conditions: Condition[]): string {
  if (u.absent) return "";
  const clauses = conditions.map(clauseOf);
  return clauses.every((clause) => clause !== null) ? [...new Set(clauses)].join(" and ") : "";
}
