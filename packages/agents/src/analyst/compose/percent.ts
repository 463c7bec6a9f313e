import type { Understanding } from "../understand/understanding.ts";
import { whereSql } from "./conditions.ts";
import { type Draft, fromTables, groupColumns, keySql, ranked, subjectsName } from "./plan.ts";
import { query, queryText, quoted } from "./sql-text.ts";

/** A group has at least one row; a whole without groups may have none. */
function shareOf(part: string, whole: string, grouped: boolean): string {
  return `round(100.0 * ${part} / ${grouped ? whole : `nullif(${whole}, 0)`}, 2)`;
}

/** Percentages within one table: by rows, or by subjects that appear in it. */
export function percentWithin(u: Understanding, of: "subjects" | "records"): Draft {
  const tables = fromTables(u, u.table, u.groups);
  const names = groupColumns(u.groups, tables.qualified);
  const key = keySql(u, u.table, tables.qualified);
  const name = of === "records" ? "records" : subjectsName(u);
  const population = whereSql(u.table, u.keys, u.population, tables.qualified);
  const all = of === "records" ? "count(*)" : `count(distinct ${key})`;
  const spread = u.conditions.length === 0 && u.groups.length > 0;
  const wanted = whereSql(u.table, u.keys, u.conditions, tables.qualified).join(" and ");
  const part = spread || wanted === "" ? all : `${all} filter (where ${wanted})`;
  const outer = query({
    select: [all.replace(key, keySql(u, u.table, false))],
    from: quoted(u.table),
    where: whereSql(u.table, u.keys, u.population),
  });
  const whole = spread ? `(${queryText(outer).replaceAll("\n", " ")})` : all;
  const parts = query({
    select: [
      ...names,
      `${shareOf(part, whole, names.length > 0)} as percent`,
      `${part} as ${name}`,
      `${whole} as total`,
    ],
    from: tables.from,
    joins: tables.joins,
    where: population,
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: ["percent", name, "total"] });
}

/** Percentages of all subjects of the study, also those without a row in the base table. */
export function percentOfStudy(u: Understanding, whole: string): Draft {
  const own = u.groups.filter((group) => group.table !== u.table);
  return own.length < u.groups.length ? spreadOverStudy(u, whole) : hitsOfStudy(u, whole);
}

/** By a column of the events, such as the preferred term: each group's subjects out of all subjects. */
function spreadOverStudy(u: Understanding, whole: string): Draft {
  const tables = fromTables(u, u.table, u.groups);
  const names = groupColumns(u.groups, tables.qualified);
  const all = query({
    select: [`count(distinct ${keySql(u, whole, false)})`],
    from: quoted(whole),
    where: whereSql(whole, u.keys, u.population),
  });
  const total = `(${queryText(all).replaceAll(/\n\s*/g, " ")})`;
  const part = `count(distinct ${keySql(u, u.table, tables.qualified)})`;
  const parts = query({
    select: [
      ...names,
      `${shareOf(part, total, true)} as percent`,
      `${part} as ${subjectsName(u)}`,
      `${total} as total`,
    ],
    from: tables.from,
    joins: tables.joins,
    where: whereSql(u.table, u.keys, [...u.population, ...u.conditions], tables.qualified),
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: ["percent", subjectsName(u), "total"] });
}

function hitsOfStudy(u: Understanding, whole: string): Draft {
  const tables = fromTables(u, whole, u.groups);
  const names = groupColumns(u.groups, true);
  const key = keySql(u, u.table, false);
  const hits = query({
    distinct: true,
    select: [`${key} as subject`],
    from: quoted(u.table),
    where: whereSql(u.table, u.keys, u.conditions),
  });
  const total = `count(distinct ${keySql(u, whole, true)})`;
  const found = "count(distinct hits.subject)";
  const part = u.absent ? `${total} - ${found}` : found;
  const parts = query({
    with: [{ name: "hits", query: hits }],
    select: [
      ...names,
      `${shareOf(u.absent ? `(${part})` : part, total, names.length > 0)} as percent`,
      `${part} as ${subjectsName(u)}`,
      `${total} as total`,
    ],
    from: tables.from,
    joins: [...tables.joins, `left join hits on hits.subject = ${keySql(u, whole, true)}`],
    where: whereSql(whole, u.keys, u.population, true),
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: ["percent", subjectsName(u), "total"] });
}
