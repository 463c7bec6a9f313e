import type { ColumnRef, Condition, Scalar } from "../understand/understanding.ts";
import { dateSql } from "./dates.ts";
import { query, queryText, quoted, textLiteral } from "./sql-text.ts";

/** How a column is written: with its table where a query reads several. */
export function columnSql(column: ColumnRef, qualified: boolean): string {
  return qualified ? `${quoted(column.table)}.${quoted(column.column)}` : quoted(column.column);
}

function literal(column: ColumnRef, value: Scalar): string {
  if (column.type === "text" || column.type === "date") return textLiteral(String(value));
  return typeof value === "string" && !/^-?\d+(\.\d+)?$/.test(value) ? textLiteral(value) : String(value);
}

/** The condition on the row of its own table. */
function conditionSql(condition: Condition, qualified: boolean): string {
  const { column, op, values } = condition;
  const name = columnSql(column, qualified);
  const list = values.map((value) => literal(column, value));
  switch (op) {
    case "in":
      return list.length === 1 ? `${name} = ${list[0]}` : `${name} in (${list.join(", ")})`;
    case "not_in":
      return list.length === 1 ? `${name} <> ${list[0]}` : `${name} not in (${list.join(", ")})`;
    case "between":
      return `${name} between ${list[0]} and ${list[1]}`;
    case "is_null":
      return column.type === "text" ? `(${name} is null or ${name} = '')` : `${name} is null`;
    case "not_null":
      return `${name} is not null`;
    case "contains":
      return `lower(${name}) like ${textLiteral(`%${String(values[0]).toLowerCase()}%`)}`;
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "=":
      return `${name} ${op} ${list[0]}`;
    default:
      return dateSql(condition, name);
  }
}

/** Rows of `base` whose subject is (or is not) among those of another table. */
function membership(outer: string, table: string, key: string, conditions: string[], negated: boolean): string {
  const inner = queryText(query({ select: [quoted(key)], from: quoted(table), where: conditions }));
  const lines = inner.includes("\n") ? `\n${inner.replace(/^/gm, "    ")}\n  ` : inner;
  return `${outer} ${negated ? "not in" : "in"} (${lines})`;
}

/** Conditions for a query on `base`: those of other tables by the key that both have. */
export function whereSql(
  base: string,
  keys: { [table: string]: string },
  conditions: Condition[],
  qualified = false,
): string[] {
  const direct = conditions
    .filter((condition) => condition.column.table === base)
    .map((condition) => conditionSql(condition, qualified));
  const own = keys[base] ?? "";
  const outer = qualified ? `${quoted(base)}.${quoted(own)}` : quoted(own);
  const others = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const { table, column } = condition.column;
    if (table === base) continue;
    if (condition.op === "no_row")
      direct.push(membership(outer, table, column, [`${quoted(column)} is not null`], true));
    else others.set(table, [...(others.get(table) ?? []), condition]);
  }
  const joined = [...others].map(([table, list]) =>
    membership(
      outer,
      table,
      keys[table] ?? own,
      list.map((condition) => conditionSql(condition, false)),
      false,
    ),
  );
  return [...new Set([...direct, ...joined])];
}
