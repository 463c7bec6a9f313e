import { type ColumnProfile, type JsonValue, TableProfile } from "@pharmadb/contracts";
import { z } from "zod";
import type { Tool } from "../tool.ts";
import { answer } from "../tool-answer.ts";
import { findTable } from "./find-table.ts";
import { renderTable } from "./render-table.ts";

const MAX_VALUES_SHOWN = 8;
const MAX_VALUE_CHARACTERS = 40;

const input = z.strictObject({ table: z.string().describe("The table's name, as tables_list gives it.") });

export const tablesDescribe: Tool<typeof input> = {
  name: "tables_describe",
  description:
    "Describes the columns of one table: label, type, share of rows without a value, number of distinct values, least and greatest value, and the commonest values with their counts. Read it before you write SQL: it shows how values are spelled.",
  input,
  async run({ table: name }, context) {
    const { table, file, profile } = findTable(context, name);
    const head = `Table ${table}${profile.label ? ` "${profile.label}"` : ""}, ${profile.row_count} rows, from ${file.name}.`;
    const columns = ["column", "label", "type", "no value", "distinct", "min", "max", "commonest values (count)"];
    const body = renderTable(
      {
        columns: columns.map((column) => ({ name: column, type: "VARCHAR" })),
        rows: profile.columns.map(describeColumn),
        row_count: profile.columns.length,
        truncated: false,
      },
      DESCRIBE_BYTES,
    );
    return answer(`${head}\n${body}`, { table, profile: TableProfile.parse(profile) });
  },
};

// A wide analysis data set has about 100 columns, and the model needs the spelling of values in each.
const DESCRIBE_BYTES = 24_576;

function describeColumn(column: ColumnProfile): JsonValue[] {
  const common = column.common.slice(0, MAX_VALUES_SHOWN).map(({ value, count }) => `${short(value)} (${count})`);
  const share = `${Math.round(column.null_share * 1000) / 10}%`;
  return [
    column.name,
    column.label ?? "",
    column.type,
    share,
    column.distinct_count,
    short(column.min),
    short(column.max),
    common.join("; "),
  ];
}

function short(value: JsonValue): string {
  if (value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}
