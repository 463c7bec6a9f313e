import { AppError } from "@pharmadb/contracts";
import { type JobTable, tablesOf } from "@pharmadb/sandbox";
import type { ToolContext } from "../tool.ts";

/** The job's table of this name, as a model may write it: any case, with or without quotes. */
export function findTable(context: ToolContext, name: string): JobTable {
  const tables = tablesOf(context.files);
  const wanted = name
    .trim()
    .replace(/^"(.*)"$/s, "$1")
    .toLowerCase();
  const found = tables.find((table) => table.table.toLowerCase() === wanted);
  if (found) return found;
  const names = tables.map((table) => table.table).join(", ");
  throw new AppError("not_found", `There is no table "${name}". The tables are: ${names || "none"}.`);
}

/** The name as an identifier in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
