import type { Condition } from "../understand/understanding.ts";
import { textLiteral } from "./sql-text.ts";

/** The first stretch of time after one of the same length: the day after a day, the month after a month. */
function next(iso: string): string {
  const [year = 0, month, day] = iso.split("-").map(Number);
  if (day !== undefined) return new Date(Date.UTC(year, (month ?? 1) - 1, day + 1)).toISOString().slice(0, 10);
  if (month === undefined) return String(year + 1);
  return month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, "0")}`;
}

function startOf(iso: string): string {
  return `date '${[iso, "01", "01"].slice(0, 4 - iso.split("-").length).join("-")}'`;
}

/**
 * A stretch of time on a column. Trial data hold partial dates, so ISO text is compared as text as far as the question
 * goes; FAERS writes dates as YYYYMMDD numbers that may also be partial.
 */
export function dateSql({ column, op, values }: Condition, name: string): string {
  const [first = "", second = ""] = values.map(String);
  const compact = column.type === "number";
  const text = compact ? `cast(${name} as varchar)` : name;
  const bound = (iso: string) =>
    column.type === "date" ? startOf(iso) : textLiteral(compact ? iso.replaceAll("-", "") : iso);
  switch (op) {
    case "before":
      return `${text} < ${bound(first)}`;
    case "since":
      return `${text} >= ${bound(first)}`;
    case "after":
      return `${text} >= ${bound(next(first))}`;
    case "date_between":
      return `${text} >= ${bound(first)} and ${text} < ${bound(next(second))}`;
    default:
      if (column.type === "date") return `${text} >= ${bound(first)} and ${text} < ${bound(next(first))}`;
      return `${text} like ${textLiteral(`${compact ? first.replaceAll("-", "") : first}%`)}`;
  }
}
