import type { ColumnRef, Understanding } from "../understand/understanding.ts";
import { columnSql } from "./conditions.ts";
import { type Query, query, queryText, quoted } from "./sql-text.ts";

/** A query that is still being put together, with what its columns mean. */
export type Draft = { query: Query; groups: ColumnRef[]; values: string[] };

/** What rows are counted by is a case in safety reports and a subject in trials. */
export function subjectsName(u: Understanding): "subjects" | "cases" {
  return /^(primaryid|caseid)$/i.test(u.keys[u.populationTable ?? u.table] ?? "") ? "cases" : "subjects";
}

export function keySql(u: Understanding, table: string, qualified: boolean): string {
  const key = quoted(u.keys[table] ?? "");
  return qualified ? `${quoted(table)}.${key}` : key;
}

/** A table, joined with those that only lend a column to group by. */
export function fromTables(
  u: Understanding,
  table: string,
  columns: ColumnRef[],
): { from: string; joins: string[]; qualified: boolean } {
  const others = [...new Set(columns.map((column) => column.table).filter((name) => name !== table))];
  const joins = others.map((other) => {
    const key = quoted(u.keys[other] ?? "");
    const on = `on ${quoted(other)}.${key} = ${keySql(u, table, true)}`;
    if (u.onePerSubject.includes(other)) return `join ${quoted(other)} ${on}`;
    const names = columns.filter((column) => column.table === other).map((column) => quoted(column.column));
    const inner = queryText(query({ distinct: true, select: [key, ...names], from: quoted(other) }));
    return `join (\n${inner.replace(/^/gm, "  ")}\n) as ${quoted(other)} ${on}`;
  });
  return { from: quoted(table), joins, qualified: others.length > 0 };
}

export function groupColumns(groups: ColumnRef[], qualified: boolean): string[] {
  return groups.map((group) => columnSql(group, qualified));
}

/** Sorts by group, or by value and cuts where the question wants the first few; rows that tie with the last of them stay. */
export function ranked(u: Understanding, draft: Draft): Draft {
  const names = draft.groups.map((group) => quoted(group.column));
  if (names.length === 0) return draft;
  const value = draft.values[0] ?? "";
  const having = u.having?.of === "groups" ? `${value} ${u.having.op} ${u.having.count}` : draft.query.having;
  if (!u.order) return { ...draft, query: { ...draft.query, having, orderBy: names } };
  const places = u.having?.of === "groups" ? null : `rank() over (order by ${value} ${u.order}) <= ${u.limit ?? 1}`;
  const named = draft.query.groupBy.slice(0, draft.groups.length).map((name) => `${name} is not null`);
  return {
    ...draft,
    query: {
      ...draft.query,
      where: u.measure.kind === "values" ? draft.query.where : [...draft.query.where, ...named],
      having,
      qualify: places,
      orderBy: [`${value} ${u.order}`, ...names],
    },
  };
}
