import type { TableContent } from "@pharmadb/contracts";
import type { QueryResult } from "@pharmadb/sandbox";

/** A sandbox result in the shape that evidence and reports hold. */
export function queryContent(result: QueryResult): TableContent {
  return {
    columns: result.columns,
    rows: result.rows,
    row_count: result.rows.length,
    truncated: result.truncated !== null,
  };
}
