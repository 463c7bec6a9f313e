import type { Sql } from "../sql.ts";
import { changedKeys, liftsHold, type Metadata } from "./changed-keys.ts";
import { metadataText } from "./metadata-text.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type ChangedMetadata =
  /** With the keys that were added, removed or given another value. */
  | { outcome: "changed"; research: ResearchRecord; keys: string[]; before: Metadata }
  | { outcome: "unchanged"; research: ResearchRecord }
  /** It would have lifted the hold, which was not allowed. */
  | { outcome: "held" }
  | { outcome: "missing" };

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
export function changeMetadata(
  sql: Sql,
  { tenantId, id, metadata, mayLiftHold }: { tenantId: string; id: string; metadata: Metadata; mayLiftHold: boolean },
): Promise<ChangedMetadata> {
  return sql.transaction(async (transaction) => {
    const [row] = await transaction.query("select * from research where tenant_id = $1 and id = $2 for update", [
      tenantId,
      id,
    ]);
    if (!row) return { outcome: "missing" };
    const research = toResearchRecord(row);
    const before = research.metadata;
    const keys = changedKeys(before, metadata);
    if (keys.length === 0) return { outcome: "unchanged", research };
    if (liftsHold(before, metadata) && !mayLiftHold) return { outcome: "held" };
    const request = JSON.stringify({ ...research.request, metadata });
    const [changed] = await transaction.query(CHANGE, [id, request, metadataText(metadata)]);
    return { outcome: "changed", research: toResearchRecord(changed), keys, before };
  });
}
