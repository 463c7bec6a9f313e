import type { FieldError } from "@pharmadb/contracts";
import { z } from "zod";
import { type ResearchRecord, toResearchRecord } from "../research/research-record.ts";
import type { Sql } from "../sql.ts";

/** What a line of a batch has come to so far. */
export type BatchLineState = { line: number; customId: string | null } & (
  | { state: "invalid"; error: { message: string; errors: FieldError[] } }
  | { state: "ended"; research: ResearchRecord }
  /** Its batch ended before a job was made of it. */
  | { state: "never_begun" }
  /** Not ended, or its job has been deleted. */
  | { state: "nothing" }
);

const LineRow = z.object({
  item_line: z.number(),
  item_custom_id: z.string().nullable(),
  item_error: z.custom<{ message: string; errors: FieldError[] } | null>(),
  never_begun: z.boolean(),
});

// The lines first and then their jobs: a plan that begins with the jobs would read all of them for each page.
const LIST = `
  with page as materialized (
    select line, custom_id, error from batch_items where batch_id = $1 and line > $2 order by line limit $3
  )
  select
    page.line as item_line, page.custom_id as item_custom_id, page.error as item_error,
    page.line > fed_line and (batches.finished_at is not null or batches.cancel_requested_at is not null) as never_begun,
    research.*
  from page
  join batches on batches.id = $1
  left join research on page.error is null and batch_id = $1 and research.custom_id = page.custom_id
    and research.status in ('completed', 'failed', 'cancelled')
  order by page.line`;

/** So many lines of a batch after this one, in the order of submission, each with what it has come to. */
export async function listBatchLines(
  sql: Sql,
  batchId: string,
  { after, limit }: { after: number; limit: number },
): Promise<BatchLineState[]> {
  return (await sql.query(LIST, [batchId, after, limit])).map((row) => {
    const { item_line: line, item_custom_id: customId, item_error: error, never_begun } = LineRow.parse(row);
    if (error) return { line, customId, state: "invalid", error };
    if (row.id !== null) return { line, customId, state: "ended", research: toResearchRecord(row) };
    return { line, customId, state: never_begun ? "never_begun" : "nothing" };
  });
}
