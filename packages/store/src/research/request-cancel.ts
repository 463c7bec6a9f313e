import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

const CANCEL = `
  with changed as (
    update research set
      cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
      status = case when status = 'queued' then 'cancelled' else status end,
      finished_at = case when status = 'queued' then clock_timestamp() end,
      event_seq = case when status = 'queued' then event_seq + 1 else event_seq end,
      version = case when status = 'queued' or cancel_requested_at is null then version + 1 else version end
    where tenant_id = $1 and id = $2 and status in ('queued', 'running')
    returning *
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, event_seq, tenant_id, $3, 'cancelled', 'research.cancelled', json_build_object('attempt', attempt),
      finished_at
    from changed where status = 'cancelled'
  )
  select status from changed`;

/** Cancels a queued job at once, and asks the worker of a running one to stop. */
export async function requestCancel(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<"cancelled" | "requested" | "terminal" | "missing"> {
  const [row] = await sql.query(CANCEL, [tenantId, id, newId("evt")]);
  if (row) return row.status === "cancelled" ? "cancelled" : "requested";
  const [known] = await sql.query("select 1 from research where tenant_id = $1 and id = $2", [tenantId, id]);
  return known ? "terminal" : "missing";
}
