import { groupCalls, newId } from "@pharmadb/contracts";
import type { Pool } from "pg";

const AT_ONCE = 4;
const ENOUGH = 32;

/** The rows that the service writes of a submission, and what no part of it can be without: the columns. */
const INSERT = `
  with given as (
    select * from json_to_recordset($1::json) as given (id text, event_id text, audit_id text, request text, files text)
  ),
  event as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, 1, 'bare', event_id, 'queued', 'research.queued', '{}', statement_timestamp() from given
  ),
  entry as (
    insert into audit_log (id, tenant_id, actor_kind, actor_id, action, target_type, target_id, at, request_id)
    select audit_id, 'bare', 'local', 'local', 'research.submitted', 'research', id, statement_timestamp(), event_id
    from given
  )
  insert into research (id, tenant_id, priority, request, file_ids, event_seq)
  select id, 'bare', 'interactive', request::json, files::text[], 1 from given`;

/**
 * What grouping alone can give: the rows of a submission written in groups by a kept statement, with no look at files,
 * keys, limits or results. Whoever keeps these rows on this machine accepts no more than this.
 */
export function openBareIntake(pool: Pool): (body: { file_ids: string[] }) => Promise<unknown> {
  const write = groupCalls<object, null>(
    async (jobs) => {
      await pool.query({ name: "bare", text: INSERT, values: [JSON.stringify(jobs)] });
      return jobs.map(() => null);
    },
    { atOnce: AT_ONCE, enough: ENOUGH },
  );
  return (body) =>
    write({
      ...{ id: newId("res"), event_id: newId("evt"), audit_id: newId("aud") },
      ...{ request: JSON.stringify(body), files: `{${body.file_ids.join(",")}}` },
    });
}
