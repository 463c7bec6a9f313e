import { type CatalogColumn, type CatalogTable, isDateLike, isNumeric } from "../match/catalog.ts";
import type { Sense } from "../match/senses.ts";
import type { Mention, Reading } from "./reading.ts";

type ConditionSense = Extract<Sense, { kind: "condition" }>;
type ColumnSense = Extract<Sense, { kind: "column" }>;

/** The column by which two tables can be joined; null where they share none. */
export function sharedKey(a: CatalogTable, b: CatalogTable): string | null {
  if (a.subject === null || b.subject === null) return null;
  const has = (table: CatalogTable, upper: string) => table.columns.find((column) => column.upper === upper);
  for (const upper of [a.subject.upper, b.subject.upper]) {
    const left = has(a, upper);
    if (left && has(b, upper)) return left.ref.column;
  }
  return null;
}

/** Near is the base table, then tables of one row a subject, then the rest that can be joined. */
function distance(table: CatalogTable, base: CatalogTable): number {
  if (table === base) return 0;
  if (sharedKey(table, base) === null) return 1000;
  return table.perSubject ? (table.name === "adsl" ? 90 : 100) : 200;
}

function nearest<S extends ConditionSense | ColumnSense>(senses: S[], base: CatalogTable): S | null {
  const cost = (sense: S) => distance(sense.table, base) + sense.rank;
  const sorted = senses.filter((sense) => cost(sense) < 1000).sort((a, b) => cost(a) - cost(b));
  return sorted[0] ?? null;
}

export function pickCondition(mention: Mention, base: CatalogTable): ConditionSense | null {
  return nearest(
    mention.senses.filter((sense) => sense.kind === "condition"),
    base,
  );
}

export function pickColumn(
  mention: Mention,
  base: CatalogTable,
  fits: (column: CatalogColumn) => boolean = () => true,
): ColumnSense | null {
  return nearest(
    mention.senses.filter((sense) => sense.kind === "column").filter((sense) => fits(sense.column)),
    base,
  );
}

export function isRole(column: CatalogColumn, ...roles: string[]): boolean {
  return roles.includes(column.meaning?.role ?? "");
}

/** The column that tells the treatment, in this table or in one of one row a subject. */
export function armColumn(reading: Reading, base: CatalogTable): { column: CatalogColumn; table: CatalogTable } | null {
  const tables = [...reading.catalog.tables].sort((a, b) => distance(a, base) - distance(b, base));
  for (const table of tables) {
    if (distance(table, base) >= 1000 || (table !== base && !table.perSubject)) continue;
    const arms = table.columns.filter((column) => isRole(column, "arm"));
    arms.sort((a, b) => (a.meaning?.rank ?? 9) - (b.meaning?.rank ?? 9));
    if (arms[0]) return { column: arms[0], table };
  }
  return null;
}

/** Columns that means and sums make sense of. */
export function isMeasurable(column: CatalogColumn): boolean {
  return isNumeric(column) && !isRole(column, "subject", "study", "sequence", "site", "code");
}

/** The column that holds the results of tests in this table. */
export function resultColumn(table: CatalogTable): CatalogColumn | null {
  const results = table.columns.filter((column) => isRole(column, "result") && isNumeric(column));
  results.sort((a, b) => (a.meaning?.rank ?? 9) - (b.meaning?.rank ?? 9));
  return results[0] ?? null;
}

export function unitColumn(table: CatalogTable): CatalogColumn | null {
  return table.columns.find((column) => /STRESU$/.test(column.upper) && column.values.length > 0) ?? null;
}

/** The table that holds every subject of the study: ADSL, else DM, else any of one row a subject. */
export function subjectTable(reading: Reading, base: CatalogTable): CatalogTable | null {
  const candidates = reading.catalog.tables.filter(
    (table) => table.perSubject && table !== base && sharedKey(table, base) !== null,
  );
  const order = (table: CatalogTable) => ["adsl", "dm"].indexOf(table.name) + 1 || 9;
  candidates.sort((a, b) => order(a) - order(b));
  const best = candidates[0];
  return best && (order(best) < 9 || best.domain?.id === "adsl" || best.domain?.id === "demo") ? best : null;
}

export function dateColumn(table: CatalogTable, role: "start_date" | "end_date" | null): CatalogColumn | null {
  const order = role ? [role] : ["start_date", "date", "end_date"];
  const dates = table.columns.filter((column) => isDateLike(column) && order.includes(column.meaning?.role ?? ""));
  dates.sort(
    (a, b) =>
      order.indexOf(a.meaning?.role ?? "") - order.indexOf(b.meaning?.role ?? "") ||
      (a.meaning?.rank ?? 4) - (b.meaning?.rank ?? 4),
  );
  return dates[0] ?? null;
}

export type BaseWishes = {
  must: (table: CatalogTable) => boolean;
  measure: Mention | null;
  head: Mention | null;
  subjects: boolean;
};

function mentionScore(mention: Mention, table: CatalogTable, wishes: BaseWishes): number {
  let best = 0;
  for (const sense of mention.senses) {
    if (sense.kind === "records" && sense.table === table)
      best = Math.max(best, mention === wishes.head ? 5 : mention.negated ? 0.5 : 3);
    if (sense.kind === "condition" && sense.table === table) {
      const weight = sense.from === "part" ? 1.5 : 2;
      best = Math.max(best, weight - Math.min(sense.rank, 30) / 100 + (sense.from === "test" ? 0.5 : 0));
    }
    if (sense.kind === "column" && sense.table === table) {
      best = Math.max(best, (mention === wishes.measure ? 4 : 1.5) - Math.min(sense.rank, 30) / 100);
    }
    if (sense.kind === "arm" && table.columns.some((column) => isRole(column, "arm"))) best = Math.max(best, 0.5);
  }
  return best;
}

/** The table whose rows are counted: the one that knows most of the words. */
export function chooseBase(reading: Reading, wishes: BaseWishes): CatalogTable | null {
  let best: { table: CatalogTable; score: number } | null = null;
  for (const table of reading.catalog.tables) {
    if (!wishes.must(table)) continue;
    let score = reading.mentions.reduce((sum, mention) => sum + mentionScore(mention, table, wishes), 0);
    if (wishes.subjects && table.perSubject) score += 0.4;
    if (wishes.subjects && table.name === "adsl") score += 0.1;
    if (wishes.subjects && table.subject === null) score -= 5;
    if (!best || score > best.score + 1e-9) best = { table, score };
  }
  return best?.table ?? null;
}
