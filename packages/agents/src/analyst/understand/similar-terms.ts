import { plainValue } from "../match/catalog.ts";
import { contentStems } from "../match/tokens.ts";
import { plural } from "../phrase/names.ts";
import { isRole } from "./choose.ts";
import type { Filter } from "./filters.ts";
import type { Scalar } from "./understanding.ts";

const MOST_NAMED = 6;

/** Longer terms that hold all words of the one taken, such as SINUS BRADYCARDIA beside BRADYCARDIA. */
export function longerTerms({ column, condition }: Filter): { value: Scalar; count: number }[] {
  const [value] = condition.values;
  if (!isRole(column, "term") || condition.op !== "in" || condition.values.length !== 1 || value === undefined)
    return [];
  const stems = contentStems(plainValue(value));
  if (stems.length === 0) return [];
  return column.values.filter((other) => {
    const words = new Set(contentStems(plainValue(other.value)));
    return other.value !== value && words.size > stems.length && stems.every((stem) => words.has(stem));
  });
}

/** What a reader should know of a term that is not the only one with its words. */
export function longerTermsNote(filter: Filter): string | null {
  const longer = longerTerms(filter);
  if (longer.length === 0) return null;
  const named = longer.slice(0, MOST_NAMED).map(({ value }) => String(value));
  return `Took the exact term ${String(filter.condition.values[0])} of ${filter.column.ref.column}; other terms hold the same words: ${named.join("; ")}${longer.length > named.length ? "; and others" : ""}.`;
}

/** The reported and the coded name of a thing are two columns, which may differ in how often they hold it. */
export function siblingNote(filter: Filter): string | null {
  const { column, table, condition } = filter;
  const [value] = condition.values;
  if (!isRole(column, "term") || condition.op !== "in" || condition.values.length !== 1) return null;
  const key = contentStems(plainValue(value ?? "")).join(" ");
  const own = column.values.find((one) => one.value === value)?.count ?? 0;
  for (const other of table.columns) {
    if (other === column || !isRole(other, "term")) continue;
    const twin = other.values.find((one) => contentStems(plainValue(one.value)).join(" ") === key);
    if (twin && twin.count !== own)
      return `The words are a value of ${column.ref.column} (${plural(own, "rows")}), which was used, and of ${other.ref.column} (${plural(twin.count, "rows")}).`;
  }
  return null;
}
