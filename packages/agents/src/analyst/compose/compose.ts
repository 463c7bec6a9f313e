import type { Aggregate, ColumnRef, Understanding } from "../understand/understanding.ts";
import { aggregateSql } from "./aggregate.ts";
import { compared } from "./compared.ts";
import { columnSql, whereSql } from "./conditions.ts";
import { changeOf, daysBetween } from "./derived.ts";
import { percentOfStudy, percentWithin } from "./percent.ts";
import { type Draft, fromTables, groupColumns, keySql, ranked, subjectsName } from "./plan.ts";
import { query, queryText, quoted } from "./sql-text.ts";

/** A query and how to read its result: first the groups, then the values. */
export type Composed = { sql: string; groups: number; values: string[] };

/** One row a group, with these values. */
function grouped(u: Understanding, values: [name: string, sql: string][], groups: ColumnRef[] = u.groups): Draft {
  const tables = fromTables(u, u.table, groups);
  const names = groupColumns(groups, tables.qualified);
  const parts = query({
    select: [...names, ...values.map(([name, sql]) => `${sql} as ${name}`)],
    from: tables.from,
    joins: tables.joins,
    where: whereSql(u.table, u.keys, [...u.population, ...u.conditions], tables.qualified),
    groupBy: names,
  });
  return ranked(u, { query: parts, groups, values: values.map(([name]) => name) });
}

function counted(u: Understanding, of: "records" | "subjects"): Draft {
  const { qualified } = fromTables(u, u.table, u.groups);
  const subjects: [string, string] = [subjectsName(u), `count(distinct ${keySql(u, u.table, qualified)})`];
  if (of === "subjects") return grouped(u, [subjects]);
  const both =
    u.keys[u.table] !== undefined && u.groups.length > 0 && !u.groups.some(({ column }) => column === u.keys[u.table]);
  return grouped(u, [["records", "count(*)"], ...(both ? [subjects] : [])]);
}

/** How many rows each subject has. */
function rowsPerSubject(u: Understanding, having: string | null) {
  const { from, joins, qualified } = fromTables(u, u.table, u.groups);
  const names = groupColumns(u.groups, qualified);
  const key = keySql(u, u.table, qualified);
  return query({
    select: [key, ...names, "count(*) as records"],
    from,
    joins,
    where: whereSql(u.table, u.keys, u.conditions, qualified),
    groupBy: [key, ...names],
    having,
  });
}

/** Values over the number of rows that each subject has. */
function overSubjects(u: Understanding, values: [name: string, sql: string][], having: string | null): Draft {
  const names = groupColumns(u.groups, false);
  const parts = query({
    with: [{ name: "per_subject", query: rowsPerSubject(u, having) }],
    select: [...names, ...values.map(([name, sql]) => `${sql} as ${name}`)],
    from: "per_subject",
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: values.map(([name]) => name) });
}

function withoutRows(u: Understanding): Draft {
  const whole = u.populationTable ?? u.table;
  const tables = fromTables(u, whole, u.groups);
  const names = groupColumns(u.groups, tables.qualified);
  const inner = whereSql(u.table, u.keys, u.conditions);
  const hits = query({
    select: [keySql(u, u.table, false)],
    from: quoted(u.table),
    where: [...inner, `${keySql(u, u.table, false)} is not null`],
  });
  const key = keySql(u, whole, tables.qualified);
  const parts = query({
    select: [...names, `count(distinct ${key}) as ${subjectsName(u)}`],
    from: tables.from,
    joins: tables.joins,
    where: [
      ...whereSql(whole, u.keys, u.population, tables.qualified),
      `${key} not in (\n${queryText(hits).replace(/^/gm, "    ")}\n  )`,
    ],
    groupBy: names,
  });
  return ranked(u, { query: parts, groups: u.groups, values: [subjectsName(u)] });
}

function aggregated(u: Understanding, fns: Aggregate[]): Draft {
  const { measure } = u;
  if (measure.kind !== "aggregate") throw new TypeError("An aggregate is composed of an aggregate measure only.");
  const { qualified } = fromTables(u, u.table, u.groups);
  const name = columnSql(measure.column, qualified);
  return grouped(u, [
    ...fns.map((fn): [string, string] => [fn, aggregateSql(fn, name)]),
    ["n", `count(${name})`],
    ...(measure.subjects
      ? [[subjectsName(u), `count(distinct ${keySql(u, u.table, qualified)})`] satisfies [string, string]]
      : []),
    ...(measure.unit
      ? [["unit", `string_agg(distinct ${columnSql(measure.unit, qualified)}, ', ')`] satisfies [string, string]]
      : []),
  ]);
}

function draftOf(u: Understanding): Draft {
  const { measure } = u;
  switch (measure.kind) {
    case "records":
      return counted(u, "records");
    case "subjects":
      if (u.absent) return withoutRows(u);
      return u.having && u.having.of === "subjects"
        ? overSubjects(u, [[subjectsName(u), "count(*)"]], `count(*) ${u.having.op} ${u.having.count}`)
        : counted(u, "subjects");
    case "distinct":
      return grouped(u, [
        ["distinct_values", `count(distinct ${columnSql(measure.column, fromTables(u, u.table, u.groups).qualified)})`],
      ]);
    case "aggregate":
      return aggregated(u, measure.fns);
    case "per_subject":
      return overSubjects(
        u,
        [
          ...measure.fns.map((fn): [string, string] => [fn, aggregateSql(fn, "records")]),
          [subjectsName(u), "count(*)"],
        ],
        null,
      );
    case "percent":
      return measure.of === "subjects" && u.populationTable
        ? percentOfStudy(u, u.populationTable)
        : percentWithin(u, measure.of);
    case "days_between":
      return daysBetween(u, measure, grouped);
    case "change":
      return changeOf(u, measure);
    case "values":
      return grouped(u, [["records", "count(*)"]], [...u.groups, measure.column]);
  }
}

/** DuckDB SQL for an understanding: one SELECT. */
export function compose(u: Understanding): Composed {
  const draft = compared(u, draftOf(u));
  return { sql: queryText(draft.query), groups: draft.groups.length, values: draft.values };
}
