import type { ColumnRef, Measure, Understanding } from "../understand/understanding.ts";
import { aggregateSql } from "./aggregate.ts";
import { columnSql, whereSql } from "./conditions.ts";
import { type Draft, fromTables, groupColumns, keySql, ranked } from "./plan.ts";
import { query, quoted } from "./sql-text.ts";

type Grouped = (u: Understanding, values: [name: string, sql: string][]) => Draft;

function asDate(column: ColumnRef, qualified: boolean): string {
  const name = columnSql(column, qualified);
  if (column.type === "date") return name;
  // FAERS writes 20170424 as a number.
  if (column.type === "number") return `try_strptime(cast(${name} as varchar), '%Y%m%d')`;
  return `try_cast(${name} as date)`;
}

export function daysBetween(
  u: Understanding,
  { fns, start, end }: Extract<Measure, { kind: "days_between" }>,
  grouped: Grouped,
): Draft {
  const { qualified } = fromTables(u, u.table, u.groups);
  const between = `date_diff('day', ${asDate(start, qualified)}, ${asDate(end, qualified)})`;
  return grouped(u, [
    ...fns.map((fn): [string, string] => [`${fn}_days`, aggregateSql(fn, between)]),
    ["n", `count(${between})`],
  ]);
}

/** The value minus the subject's own baseline, of the same test and time point. */
export function changeOf(u: Understanding, measure: Extract<Measure, { kind: "change" }>): Draft {
  const tables = fromTables(u, u.table, u.groups);
  const names = groupColumns(u.groups, true);
  const keys = [keySql(u, u.table, false), ...measure.match.map((column) => quoted(column.column))];
  const base = query({
    select: [...keys, `avg(${quoted(measure.column.column)}) as baseline`],
    from: quoted(u.table),
    where: whereSql(u.table, u.keys, [measure.baseline]),
    groupBy: keys,
  });
  const on = keys.map((key, at) => `base.${key} ${at === 0 ? "=" : "is not distinct from"} ${quoted(u.table)}.${key}`);
  const difference = `${columnSql(measure.column, true)} - base.baseline`;
  const values = measure.fns.map((fn): [string, string] => [`${fn}_change`, aggregateSql(fn, difference)]);
  const parts = query({
    with: [{ name: "base", query: base }],
    select: [...names, ...values.map(([name, sql]) => `${sql} as ${name}`), `count(${difference}) as n`],
    from: tables.from,
    joins: [...tables.joins, `join base\n  on ${on.join("\n  and ")}`],
    where: [
      ...whereSql(u.table, u.keys, u.conditions, true),
      `${columnSql(measure.baseline.column, true)} is distinct from 'Y'`,
    ],
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: [...values.map(([name]) => name), "n"] });
}
