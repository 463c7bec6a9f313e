import { newId } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { noteEnd } from "./note-end.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type Claim =
  | { outcome: "claimed"; research: ResearchRecord; resumed: boolean }
  /** The job is not waiting for this dispatch: it has ended, is gone, or was dispatched anew. */
  | { outcome: "stale" }
  | { outcome: "cancelled"; research: ResearchRecord };

const CLAIM = `
  with changed as (
    update research set
      status = case when cancel_requested_at is null then 'running' else 'cancelled' end,
      attempt = attempt + 1,
      version = version + 1,
      event_seq = event_seq + 1,
      worker_id = $4,
      claimed_at = clock_timestamp(),
      claimed_tokens = input_tokens + output_tokens,
      started_at = coalesce(started_at, clock_timestamp()),
      finished_at = case when cancel_requested_at is null then null else clock_timestamp() end
    where id = $1 and dispatch = $2 and status = 'queued' and dispatched_at is not null
    returning *, clock_timestamp() as at
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select
      id, event_seq, tenant_id, $3,
      case when status = 'running' then 'claimed.' || attempt else 'cancelled' end,
      case
        when status = 'cancelled' then 'research.cancelled'
        when attempt = 1 then 'research.started'
        else 'research.resumed'
      end,
      json_build_object('attempt', attempt, 'error', last_error),
      at
    from changed
  ),
  told as (${noteEnd("changed", "$5", "json_build_object('attempt', attempt)")})
  select * from changed`;

/**
 * Starts a new attempt on a dispatched job, of this worker; from now on every older attempt is refused. A job that is
 * to be cancelled ends here.
 */
export async function claimResearch(
  sql: Sql,
  { id, dispatch, workerId }: { id: string; dispatch: number; workerId: string },
): Promise<Claim> {
  const parameters = [id, dispatch, newId("evt"), workerId, newId("aud")];
  const [row] = await sql.query(CLAIM, parameters, { prepared: "claim_research" });
  if (!row) return { outcome: "stale" };
  const research = toResearchRecord(row);
  if (research.status === "cancelled") return { outcome: "cancelled", research };
  return { outcome: "claimed", research, resumed: research.attempt > 1 };
}
