import { compareMetadata, type Metadata, type MetadataChange, type NewMetadata } from "../research/metadata.ts";
import type { Sql } from "../sql.ts";

export type ChangedBatchMetadata = MetadataChange | { outcome: "missing" };

/** Replaces the metadata of a batch, whatever its state, as `changeMetadata` does those of a job. */
export function changeBatchMetadata(sql: Sql, { tenantId, id, ...wanted }: NewMetadata): Promise<ChangedBatchMetadata> {
  return sql.transaction(async (transaction) => {
    const [batch] = await transaction.query<{ metadata: Metadata }>(
      "select metadata from batches where tenant_id = $1 and id = $2 and status <> 'receiving' for no key update",
      [tenantId, id],
    );
    if (!batch) return { outcome: "missing" };
    const change = compareMetadata(batch.metadata, wanted);
    if (change.outcome !== "changed") return change;
    const text = JSON.stringify(change.after);
    await transaction.query("update batches set metadata = $2::jsonb, version = version + 1 where id = $1", [id, text]);
    return change;
  });
}
