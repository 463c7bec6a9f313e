import { z } from "zod";
import type { Tool } from "../tool.ts";
import { answer } from "../tool-answer.ts";
import { findTable, quoteName } from "./find-table.ts";
import { queryContent } from "./query-content.ts";
import { renderTable } from "./render-table.ts";

const MAX_SAMPLE_ROWS = 50;

const input = z.strictObject({
  table: z.string().describe("The table's name, as tables_list gives it."),
  rows: z.number().int().min(1).max(MAX_SAMPLE_ROWS).describe("How many rows to show, 1 to 50."),
});

export const tablesSample: Tool<typeof input> = {
  name: "tables_sample",
  description:
    "Shows the first rows of one table, to see what the data look like. It makes no evidence: what a report states must come from tables_query.",
  input,
  async run({ table: name, rows }, context, signal) {
    const { table } = findTable(context, name);
    const sql = `SELECT * FROM ${quoteName(table)} LIMIT ${rows}`;
    const result = await context.sandbox.query(context.files, sql, { maxRows: rows }, signal);
    const content = queryContent(result);
    return answer(renderTable(content), content);
  },
};
