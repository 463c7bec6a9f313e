import { tablesOf } from "@pharmadb/sandbox";
import { z } from "zod";
import type { Tool } from "../tool.ts";
import { answer } from "../tool-answer.ts";

const MAX_COLUMNS_SHOWN = 150;

const input = z.strictObject({});

export const tablesList: Tool<typeof input> = {
  name: "tables_list",
  description:
    "Lists the job's tables: the name to use in SQL, the file it comes from, its label, the number of rows, and each column's name, label and type.",
  input,
  async run(_input, context) {
    const tables = tablesOf(context.files).map(({ table, file, profile }) => ({
      table,
      file_id: file.id,
      file_name: file.name,
      label: profile.label,
      row_count: profile.row_count,
      columns: profile.columns.map(({ name, label, type }) => ({ name, label, type })),
    }));
    if (tables.length === 0) return answer("This job has no tables.", { tables: [] });
    const content = tables.map((table) => {
      const columns = table.columns.slice(0, MAX_COLUMNS_SHOWN).map(describeColumn).join(", ");
      const more = table.columns.length - MAX_COLUMNS_SHOWN;
      const label = table.label ? `, "${table.label}"` : "";
      return `${table.table} (${table.row_count} rows, file ${table.file_name}${label}): ${columns}${more > 0 ? `, and ${more} more` : ""}`;
    });
    return answer(content.join("\n"), { tables });
  },
};

function describeColumn(column: { name: string; label: string | null; type: string }): string {
  return `${column.name} ${column.type}${column.label ? ` "${column.label}"` : ""}`;
}
