import { changedKeys, liftsHold, type Metadata } from "../research/changed-keys.ts";
import { metadataText } from "../research/metadata-text.ts";
import type { Sql } from "../sql.ts";

export type ChangedBatchMetadata =
  | { outcome: "changed"; keys: string[]; before: Metadata }
  | { outcome: "unchanged" | "held" | "missing" };

/** Replaces the metadata of a batch, whatever its state, as `changeMetadata` does those of a job. */
export function changeBatchMetadata(
  sql: Sql,
  { tenantId, id, metadata, mayLiftHold }: { tenantId: string; id: string; metadata: Metadata; mayLiftHold: boolean },
): Promise<ChangedBatchMetadata> {
  return sql.transaction(async (transaction) => {
    const [batch] = await transaction.query<{ metadata: Metadata }>(
      "select metadata from batches where tenant_id = $1 and id = $2 and status <> 'receiving' for no key update",
      [tenantId, id],
    );
    if (!batch) return { outcome: "missing" };
    // As they are stored, so that what cannot be is not taken for a change each time.
    const text = metadataText(metadata);
    const keys = changedKeys(batch.metadata, JSON.parse(text));
    if (keys.length === 0) return { outcome: "unchanged" };
    if (liftsHold(batch.metadata, metadata) && !mayLiftHold) return { outcome: "held" };
    await transaction.query("update batches set metadata = $2::jsonb, version = version + 1 where id = $1", [id, text]);
    return { outcome: "changed", keys, before: batch.metadata };
  });
}
