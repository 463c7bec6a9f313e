import { AppError, type EvidenceSource, type JsonObject, type TableContent } from "@pharmadb/contracts";
import { type QueryLimits, type QueryResult, tablesOf } from "@pharmadb/sandbox";
import { z } from "zod";
import type { Tool, ToolContext } from "../tool.ts";
import { answer } from "../tool-answer.ts";
import { namedTables } from "./named-tables.ts";
import { queryContent } from "./query-content.ts";
import { renderTable } from "./render-table.ts";

const LIMITS: QueryLimits = { maxRows: 1000, maxBytes: 262_144, timeoutMs: 30_000 };

const input = z.strictObject({
  sql: z.string().min(1).max(20_000).describe("One SELECT statement in DuckDB's SQL."),
  purpose: z.string().max(1000).describe("In a few words, what this query is to show."),
});

export const tablesQuery: Tool<typeof input> = {
  name: "tables_query",
  description: `Runs one SELECT in DuckDB's SQL over the job's tables and returns its rows as evidence.
- Tables are named as in tables_list; columns, their labels and how values are spelled are in tables_describe. Names need double quotes where they hold anything but letters, digits and _ or are a reserved word ("first dose"); text values take single quotes, doubled inside ('Crohn''s'). Text comparison is case-sensitive; use ILIKE or lower() for any case.
- An empty text may stand for a missing value: test with nullif(trim(column), '') IS NULL.
- Joins, CTEs, window functions, GROUP BY ALL, FILTER (WHERE …), QUALIFY, try_cast, regexp_matches, date functions and DESCRIBE or SUMMARIZE of a table work.
- Refused: several statements in one call; everything that writes, creates, loads or sets (INSERT, CREATE, COPY, ATTACH, INSTALL, LOAD, SET, PRAGMA, CALL); reading files or addresses (read_csv, FROM 'file.csv'); system tables and settings; PIVOT whose values are not named (write PIVOT t ON c IN ('a', 'b') USING …, or sum(…) FILTER (WHERE c = 'a')).
- At most ${LIMITS.maxRows} rows and 256 KiB come back, and the query has ${LIMITS.timeoutMs / 1000} seconds. Let SQL count and compute rather than fetching rows: count(DISTINCT USUBJID) counts subjects, count(*) counts records.`,
  input,
  async run({ sql, purpose }, context, signal) {
    const result = await runInTime(context, sql, signal);
    const content: TableContent = queryContent(result);
    const args: JsonObject = { sql, purpose };
    const sources = sourcesOf(context, sql);
    return answer(renderTable(content), content, [
      { tool: "tables_query", arguments: args, query: sql, content, sources },
    ]);
  },
};

/** A query that runs out of its own time is one the model can mend, unlike a job that runs out of its. */
async function runInTime(context: ToolContext, sql: string, signal: AbortSignal): Promise<QueryResult> {
  try {
    return await context.sandbox.query(context.files, sql, LIMITS, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "timeout" || signal.aborted) throw error;
    const message = `The query was stopped after ${LIMITS.timeoutMs / 1000} seconds. Filter or aggregate before joining, and join on keys.`;
    throw new AppError("query_failed", message, { cause: error });
  }
}

/** The files whose tables the statement reads, each once, in the job's order. */
function sourcesOf(context: ToolContext, sql: string): EvidenceSource[] {
  const tables = tablesOf(context.files);
  const named = namedTables(
    sql,
    tables.map((table) => table.table),
  );
  const files = new Map(tables.filter(({ table }) => named.has(table)).map(({ file }) => [file.id, file]));
  return [...files.values()].map((file) => ({
    kind: "file",
    file_id: file.id,
    file_sha256: file.sha256,
    name: file.name,
    page: null,
    section: null,
    url: null,
  }));
}
