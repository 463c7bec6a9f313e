import { type Evidence, type ReportTable, TableContent } from "@pharmadb/contracts";
import type { DraftTable } from "../roles/researcher.ts";

const MAX_ROWS = 200;

/** The tables that a draft asked for, filled from the evidence itself, and what had to be said about them. */
export function reportTables(
  drafts: readonly DraftTable[],
  evidence: ReadonlyMap<number, Evidence>,
): { tables: ReportTable[]; limitations: string[] } {
  const tables: ReportTable[] = [];
  const limitations: string[] = [];
  for (const { title, evidence: n } of drafts) {
    const content = TableContent.safeParse(evidence.get(n)?.content);
    if (!content.success) {
      limitations.push(`The table "${title}" was left out because E${n} is no table of results.`);
      continue;
    }
    if (tables.some((table) => table.evidence === n)) continue;
    const { columns, rows, truncated } = content.data;
    if (truncated) limitations.push(`The table "${title}" was cut at the query's limit; more rows exist.`);
    if (rows.length > MAX_ROWS) {
      limitations.push(
        `The table "${title}" shows the first ${MAX_ROWS} of ${rows.length} rows; E${n} holds them all.`,
      );
    }
    tables.push({ title, columns: columns.map(({ name }) => name), rows: rows.slice(0, MAX_ROWS), evidence: n });
  }
  return { tables, limitations };
}
