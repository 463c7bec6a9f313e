import type { Aggregate, ColumnRef, Understanding } from "../understand/understanding.ts";
import { columnSql, quoted, textLiteral, whereSql } from "./conditions.ts";

/** A query and how to read its result: first the groups, then the values. */
export type Composed = { sql: string; groups: number; values: string[] };

const ROWS = 200;

function where(parts: string[]): string {
  return parts.length > 0 ? ` where ${parts.join(" and ")}` : "";
}

function aggregateSql(fn: Aggregate, expression: string, date = false): string {
  if (date) return fn === "min" ? `min(${expression})` : `max(${expression})`;
  switch (fn) {
    case "mean":
      return `round(avg(${expression}), 4)`;
    case "median":
      return `round(median(${expression}), 4)`;
    case "stddev":
      return `round(stddev_samp(${expression}), 4)`;
    case "q1":
      return `round(quantile_cont(${expression}, 0.25), 4)`;
    case "q3":
      return `round(quantile_cont(${expression}, 0.75), 4)`;
    default:
      return `${fn}(${expression})`;
  }
}

function keyOf(u: Understanding, table = u.table): string {
  return `${quoted(table)}.${quoted(u.keys[table] ?? "")}`;
}

/** The base table, joined with the tables that only lend a column to group by. */
function fromSql(u: Understanding, table: string, columns: ColumnRef[]): string {
  const others = [...new Set(columns.map((column) => column.table).filter((name) => name !== table))];
  const joins = others.map((other) => {
    const names = columns.filter((column) => column.table === other).map((column) => quoted(column.column));
    const key = quoted(u.keys[other] ?? "");
    return ` join (select distinct ${key}, ${names.join(", ")} from ${quoted(other)}) as ${quoted(other)} on ${quoted(other)}.${key} = ${keyOf(u, table)}`;
  });
  return `${quoted(table)}${joins.join("")}`;
}

function groupNames(u: Understanding): string[] {
  return u.groups.map((group) => quoted(group.column));
}

/** Sorts and cuts: what was asked for and a few rows more, so that ties show. */
function tail(u: Understanding, value: string): string {
  if (u.groups.length === 0) return "";
  const numbers = u.groups.map((_, at) => at + 1).join(", ");
  if (u.order) return ` order by ${quoted(value)} ${u.order} nulls last, ${numbers} limit ${(u.limit ?? 1) + 5}`;
  return ` order by ${numbers} limit ${ROWS}`;
}

/** Adds difference and ratio against the first group: placebo or control where there is one. */
function compared(u: Understanding, composed: Composed): Composed {
  const value = composed.values[0];
  if (!u.compare || u.groups.length !== 1 || value === undefined) return composed;
  const group = `cast(${groupNames(u)[0]} as varchar)`;
  const isControl =
    u.reference === null
      ? `regexp_matches(lower(${group}), 'placebo|control')`
      : `${group} = ${textLiteral(String(u.reference))}`;
  const control = `case when ${isControl} then 0 else 1 end`;
  const order = `order by ${control}, ${group}`;
  const first = `first_value(${quoted(value)}) over (${order})`;
  const difference = `round(${quoted(value)} - ${first}, 4)`;
  const added = [
    `first_value(${group}) over (${order}) as "reference"`,
    `${difference} as "difference"`,
    `abs(${difference}) as "distance"`,
    `round(${quoted(value)} * 1.0 / nullif(${first}, 0), 4) as "ratio"`,
  ];
  const sql = `select *, ${added.join(", ")} from (${composed.sql}) ${order}`;
  return { sql, groups: 1, values: [...composed.values, "reference", "difference", "distance", "ratio"] };
}

function selectGroups(u: Understanding): string[] {
  return u.groups.map((group) => `${columnSql(group)} as ${quoted(group.column)}`);
}

function grouped(u: Understanding, values: [name: string, sql: string][]): Composed {
  const list = [...selectGroups(u), ...values.map(([name, sql]) => `${sql} as ${quoted(name)}`)];
  const conditions = where(whereSql(u.table, u.keys, [...u.population, ...u.conditions]));
  const by = u.groups.length > 0 ? ` group by ${u.groups.map((_, at) => at + 1).join(", ")}` : "";
  const names = values.map(([name]) => name);
  const sql = `select ${list.join(", ")} from ${fromSql(u, u.table, u.groups)}${conditions}${by}${tail(u, names[0] ?? "")}`;
  return { sql, groups: u.groups.length, values: names };
}

function counted(u: Understanding, name: "records" | "subjects"): Composed {
  const records: [string, string] = ["records", "count(*)"];
  const subjects: [string, string] = ["subjects", `count(distinct ${keyOf(u)})`];
  const hasKey = u.keys[u.table] !== undefined;
  if (name === "subjects") return grouped(u, [subjects]);
  return grouped(u, hasKey && u.groups.length > 0 ? [records, subjects] : [records]);
}

/** Subjects with more (or fewer) rows than a number. */
function withHaving(u: Understanding, having: { op: string; count: number }): Composed {
  const groups = selectGroups(u).map((group) => `, ${group}`);
  const numbers = ["1", ...u.groups.map((_, at) => String(at + 2))].join(", ");
  const inner = `select ${keyOf(u)} as "subject"${groups.join("")} from ${fromSql(u, u.table, u.groups)}${where(whereSql(u.table, u.keys, u.conditions))} group by ${numbers} having count(*) ${having.op} ${having.count}`;
  const list = [...groupNames(u), `count(*) as "subjects"`];
  const by = u.groups.length > 0 ? ` group by ${groupNames(u).join(", ")}` : "";
  return {
    sql: `select ${list.join(", ")} from (${inner})${by}${tail(u, "subjects")}`,
    groups: u.groups.length,
    values: ["subjects"],
  };
}

function withoutRows(u: Understanding): Composed {
  const whole = u.populationTable ?? u.table;
  const inner = `select ${keyOf(u)} from ${quoted(u.table)}${where([...whereSql(u.table, u.keys, u.conditions), `${keyOf(u)} is not null`])}`;
  const conditions = [...whereSql(whole, u.keys, u.population), `${keyOf(u, whole)} not in (${inner})`];
  const by = u.groups.length > 0 ? ` group by ${u.groups.map((_, at) => at + 1).join(", ")}` : "";
  const list = [...selectGroups(u), `count(distinct ${keyOf(u, whole)}) as "subjects"`];
  return {
    sql: `select ${list.join(", ")} from ${fromSql(u, whole, u.groups)}${where(conditions)}${by}${tail(u, "subjects")}`,
    groups: u.groups.length,
    values: ["subjects"],
  };
}

function perSubject(u: Understanding, fns: Aggregate[]): Composed {
  const groups = selectGroups(u).map((group) => `, ${group}`);
  const numbers = ["1", ...u.groups.map((_, at) => String(at + 2))].join(", ");
  const inner = `select ${keyOf(u)} as "subject"${groups.join("")}, count(*) as "n" from ${fromSql(u, u.table, u.groups)}${where(whereSql(u.table, u.keys, u.conditions))} group by ${numbers}`;
  const list = [
    ...groupNames(u),
    ...fns.map((fn) => `${aggregateSql(fn, '"n"')} as ${quoted(fn)}`),
    `count(*) as "subjects"`,
  ];
  const by = u.groups.length > 0 ? ` group by ${groupNames(u).join(", ")}` : "";
  return {
    sql: `select ${list.join(", ")} from (${inner})${by}${tail(u, fns[0] ?? "mean")}`,
    groups: u.groups.length,
    values: [...fns, "subjects"],
  };
}

/** Percentages within one table: by rows, or by subjects that appear in it. */
function percentWithin(u: Understanding, of: "subjects" | "records"): Composed {
  const wanted = whereSql(u.table, u.keys, u.conditions).join(" and ") || "true";
  const whole = of === "records" ? "count(*)" : `count(distinct ${keyOf(u)})`;
  const part =
    of === "records" ? `count(*) filter (where ${wanted})` : `count(distinct case when ${wanted} then ${keyOf(u)} end)`;
  const population = where(whereSql(u.table, u.keys, u.population));
  if (u.conditions.length === 0 && u.groups.length > 0) {
    const total = `(select ${whole} from ${quoted(u.table)}${population})`;
    return grouped({ ...u, conditions: [] }, [
      ["percent", `round(100.0 * ${whole} / ${total}, 2)`],
      [of, whole],
      ["total", total],
    ]);
  }
  return grouped({ ...u, conditions: [] }, [
    ["percent", `round(100.0 * ${part} / nullif(${whole}, 0), 2)`],
    [of, part],
    ["total", whole],
  ]);
}

/** Percentages of all subjects of the study, also those without a row in the base table. */
function percentOfStudy(u: Understanding, whole: string): Composed {
  const hits = `select distinct ${keyOf(u)} as "subject" from ${quoted(u.table)}${where(whereSql(u.table, u.keys, u.conditions))}`;
  const population = where(whereSql(whole, u.keys, u.population));
  const own = u.groups.filter((group) => group.table !== u.table);
  if (own.length < u.groups.length) {
    const total = `(select count(distinct ${keyOf(u, whole)}) from ${quoted(whole)}${population})`;
    return grouped(u, [
      ["percent", `round(100.0 * count(distinct ${keyOf(u)}) / ${total}, 2)`],
      ["subjects", `count(distinct ${keyOf(u)})`],
      ["total", total],
    ]);
  }
  const total = `count(distinct ${keyOf(u, whole)})`;
  const part = u.absent ? `${total} - count(distinct "hits"."subject")` : `count(distinct "hits"."subject")`;
  const list = [
    ...selectGroups(u),
    `round(100.0 * (${part}) / nullif(${total}, 0), 2) as "percent"`,
    `${part} as "subjects"`,
    `${total} as "total"`,
  ];
  const by = u.groups.length > 0 ? ` group by ${u.groups.map((_, at) => at + 1).join(", ")}` : "";
  const sql = `select ${list.join(", ")} from ${fromSql(u, whole, u.groups)} left join (${hits}) as "hits" on "hits"."subject" = ${keyOf(u, whole)}${population}${by}${tail(u, "percent")}`;
  return { sql, groups: u.groups.length, values: ["percent", "subjects", "total"] };
}

function days(u: Understanding, fns: Aggregate[], start: ColumnRef, end: ColumnRef): Composed {
  const asDate = (column: ColumnRef) => `try_cast(cast(${columnSql(column)} as varchar) as date)`;
  const between = `date_diff('day', ${asDate(start)}, ${asDate(end)})`;
  return grouped(u, [
    ...fns.map((fn): [string, string] => [`${fn}_days`, aggregateSql(fn, between)]),
    ["n", `count(${between})`],
  ]);
}

/** The value minus the subject's own baseline, of the same test and time point. */
function change(u: Understanding, measure: Extract<Understanding["measure"], { kind: "change" }>): Composed {
  const keys = [u.keys[u.table] ?? "", ...measure.match.map((column) => column.column)];
  const value = quoted(measure.column.column);
  const own = where(whereSql(u.table, u.keys, [measure.baseline]));
  const numbers = keys.map((_, at) => at + 1).join(", ");
  const base = `select ${keys.map(quoted).join(", ")}, avg(${value}) as "baseline" from ${quoted(u.table)}${own} group by ${numbers}`;
  const joined = keys
    .map((key) => `"base".${quoted(key)} is not distinct from ${quoted(u.table)}.${quoted(key)}`)
    .join(" and ");
  const difference = `${columnSql(measure.column)} - "base"."baseline"`;
  const later = `${columnSql(measure.baseline.column)} is distinct from 'Y'`;
  const values = measure.fns.map((fn): [string, string] => [`${fn}_change`, aggregateSql(fn, difference)]);
  const list = [
    ...selectGroups(u),
    ...[...values, ["n", `count(${difference})`]].map(([name = "", sql]) => `${sql} as ${quoted(name)}`),
  ];
  const by = u.groups.length > 0 ? ` group by ${u.groups.map((_, at) => at + 1).join(", ")}` : "";
  const conditions = where([...whereSql(u.table, u.keys, u.conditions), later]);
  const sql = `select ${list.join(", ")} from ${fromSql(u, u.table, u.groups)} join (${base}) as "base" on ${joined}${conditions}${by}${tail(u, `${measure.fns[0]}_change`)}`;
  return compared(u, { sql, groups: u.groups.length, values: [...values.map(([name]) => name), "n"] });
}

/** DuckDB SQL for an understanding: one SELECT. */
export function compose(u: Understanding): Composed {
  const { measure } = u;
  switch (measure.kind) {
    case "records":
      return compared(u, counted(u, "records"));
    case "subjects":
      if (u.absent) return withoutRows(u);
      return u.having ? withHaving(u, u.having) : compared(u, counted(u, "subjects"));
    case "distinct":
      return grouped(u, [["distinct_values", `count(distinct ${columnSql(measure.column)})`]]);
    case "aggregate": {
      const values = measure.fns.map((fn): [string, string] => [
        fn,
        aggregateSql(fn, columnSql(measure.column), measure.date),
      ]);
      const unit: [string, string][] = measure.unit
        ? [["unit", `string_agg(distinct ${columnSql(measure.unit)}, ', ')`]]
        : [];
      return compared(u, grouped(u, [...values, ["n", `count(${columnSql(measure.column)})`], ...unit]));
    }
    case "per_subject":
      return perSubject(u, measure.fns);
    case "percent":
      return compared(
        u,
        measure.of === "subjects" && u.populationTable
          ? percentOfStudy(u, u.populationTable)
          : percentWithin(u, measure.of),
      );
    case "days_between":
      return days(u, measure.fns, measure.start, measure.end);
    case "change":
      return change(u, measure);
    case "values":
      return grouped({ ...u, groups: [...u.groups, measure.column] }, [["records", "count(*)"]]);
  }
}
