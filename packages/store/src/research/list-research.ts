import type { ResearchStatus } from "@pharmadb/contracts";
import { type Page, toPage } from "../page.ts";
import type { Sql } from "../sql.ts";
import { metadataText } from "./metadata.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type ResearchFilter = {
  status?: ResearchStatus | undefined;
  batchId?: string | undefined;
  /** Pairs that the job's metadata must have. */
  metadata?: Record<string, string> | undefined;
  limit: number;
  /** The `nextCursor` of the page before. */
  after?: string | undefined;
};

/** A page of the tenant's jobs, newest first. */
export async function listResearch(
  sql: Sql,
  tenantId: string,
  { status, batchId, metadata, limit, after }: ResearchFilter,
): Promise<Page<ResearchRecord>> {
  const parameters: unknown[] = [tenantId, limit + 1];
  const conditions = ["tenant_id = $1"];
  const add = (condition: string, value: unknown) => conditions.push(`${condition} $${parameters.push(value)}`);
  // Only what is asked for: a condition that may be null would keep the planner from its index.
  if (status !== undefined) add("status =", status);
  if (batchId !== undefined) add("batch_id =", batchId);
  if (metadata !== undefined) add("metadata <> '{}' and metadata @>", metadataText(metadata));
  if (after !== undefined) add("id <", after);
  const rows = await sql.query(
    `select * from research where ${conditions.join(" and ")} order by id desc limit $2`,
    parameters,
  );
  return toPage(rows.map(toResearchRecord), limit);
}
