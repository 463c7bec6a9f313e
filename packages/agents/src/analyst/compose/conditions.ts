import type { ColumnRef, Condition, Scalar } from "../understand/understanding.ts";

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnSql(column: ColumnRef): string {
  return `${quoted(column.table)}.${quoted(column.column)}`;
}

export function textLiteral(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function literal(column: ColumnRef, value: Scalar): string {
  if (column.type === "text" || column.type === "date") return textLiteral(String(value));
  return typeof value === "string" && !/^-?\d+(\.\d+)?$/.test(value) ? textLiteral(value) : String(value);
}

/** Dates are compared as ISO text, since trial data hold partial ones; FAERS writes them as YYYYMMDD numbers. */
function dateSql(condition: Condition): string {
  const { column, op } = condition;
  const text = `cast(${columnSql(column)} as varchar)`;
  const [first = "", second = ""] = condition.values.map((value) =>
    column.type === "number" ? String(value).replaceAll("-", "") : String(value),
  );
  if (op === "year_month") return `${text} like ${textLiteral(`${first}%`)}`;
  if (op === "before") return `${text} < ${textLiteral(first)}`;
  if (op === "after") return `left(${text}, ${first.length}) > ${textLiteral(first)}`;
  if (op === "since") return `${text} >= ${textLiteral(first)}`;
  return `(${text} >= ${textLiteral(first)} and left(${text}, ${second.length}) <= ${textLiteral(second)})`;
}

/** The condition on the row of its own table. */
function conditionSql(condition: Condition): string {
  const { column, op, values } = condition;
  const name = columnSql(column);
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
      return dateSql(condition);
  }
}

/** Conditions for a query on `base`: those of other tables by the key that both have. */
export function whereSql(base: string, keys: { [table: string]: string }, conditions: Condition[]): string[] {
  const direct = conditions.filter((condition) => condition.column.table === base).map(conditionSql);
  const others = new Map<string, Condition[]>();
  for (const condition of conditions) {
    if (condition.column.table === base) continue;
    if (condition.op === "no_row") {
      const { table, column } = condition.column;
      const inner = `select ${quoted(column)} from ${quoted(table)} where ${columnSql(condition.column)} is not null`;
      direct.push(`${quoted(base)}.${quoted(keys[base] ?? column)} not in (${inner})`);
      continue;
    }
    others.set(condition.column.table, [...(others.get(condition.column.table) ?? []), condition]);
  }
  const joined = [...others].map(([table, list]) => {
    const key = keys[base] ?? "";
    const where = list.map(conditionSql).join(" and ");
    return `${quoted(base)}.${quoted(key)} in (select ${quoted(keys[table] ?? key)} from ${quoted(table)} where ${where})`;
  });
  return [...direct, ...joined];
}
