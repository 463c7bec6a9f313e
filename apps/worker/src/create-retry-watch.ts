import type { Queues } from "@pharmadb/queue";
import { getResearch, type ResearchRecord, type Sql } from "@pharmadb/store";

/**
 * A failed job may be retried by its owner while its queue entry is still being removed; the retry's own entry is
 * then taken for a duplicate. So the record is asked once more when the entry is gone.
 */
export function createRetryWatch({ sql, queues }: { sql: Sql; queues: Pick<Queues, "research"> }) {
  const failed = new Map<string, string>();
  return {
    onFailed({ id, tenant_id }: Pick<ResearchRecord, "id" | "tenant_id">): void {
      failed.set(id, tenant_id);
    },
    async onRemoved(id: string): Promise<void> {
      const tenantId = failed.get(id);
      if (tenantId === undefined) return;
      failed.delete(id);
      const research = await getResearch(sql, tenantId, id);
      if (research?.status === "queued") await queues.research.add(id, { priority: research.priority });
    },
  };
}
