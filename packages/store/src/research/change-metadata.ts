import type { Sql } from "../sql.ts";
import { compareMetadata, type MetadataChange, type NewMetadata } from "./metadata.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type ChangedMetadata = (MetadataChange & { research: ResearchRecord }) | { outcome: "missing" };

// A line of a batch is kept or erased with its job, so a hold that is lifted is lifted there, too.
const CHANGE = `
  with changed as (
    update research set request = $2::json, metadata = $3::jsonb, version = version + 1 where id = $1 returning *
  ),
  line as (
    update batch_items set metadata = changed.metadata from changed
    where batch_items.batch_id = changed.batch_id and batch_items.custom_id = changed.custom_id
      and batch_items.error is null
  )
  select * from changed`;

/**
 * Replaces the metadata of a job, whatever its state. What is written here counts from then on: retention that is under
 * way either has the job already or sees it.
 */
export function changeMetadata(sql: Sql, { tenantId, id, ...wanted }: NewMetadata): Promise<ChangedMetadata> {
  return sql.transaction(async (transaction) => {
    const [row] = await transaction.query("select * from research where tenant_id = $1 and id = $2 for update", [
      tenantId,
      id,
    ]);
    if (!row) return { outcome: "missing" };
    const research = toResearchRecord(row);
    const change = compareMetadata(research.metadata, wanted);
    if (change.outcome !== "changed") return { ...change, research };
    const request = JSON.stringify({ ...research.request, metadata: change.after });
    const [changed] = await transaction.query(CHANGE, [id, request, JSON.stringify(change.after)]);
    return { ...change, research: toResearchRecord(changed) };
  });
}
