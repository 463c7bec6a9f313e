import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

const RETRY = `
  with changed as (
    update research set
      status = 'queued', dispatched_at = null, ready_at = clock_timestamp(), last_error = error, error = null, finished_at = null, cancel_requested_at = null,
      version = version + 1, event_seq = event_seq + 1
    where tenant_id = $1 and id = $2 and status = 'failed'
    returning *
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data)
    select id, event_seq, tenant_id, $3, 'queued.' || attempt, 'research.queued', '{}' from changed
  )
  select id from changed`;

/** Puts a failed job back to `queued`, with its journal. */
export async function retryResearch(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<"queued" | "not_failed" | "missing"> {
  const [row] = await sql.query(RETRY, [tenantId, id, newId("evt")]);
  if (row) return "queued";
  const [known] = await sql.query("select 1 from research where tenant_id = $1 and id = $2", [tenantId, id]);
  return known ? "not_failed" : "missing";
}
