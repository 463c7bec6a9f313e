import { type AuditFault, openPostgres, type Row, type Sql, verifyAudit } from "@pharmadb/store";
import type { Fleet } from "./start-fleet.ts";

export type StoredJob = {
  id: string;
  question: string;
  status: string;
  attempt: number;
  error: { code: string } | null;
  /** How many events there are, how many different ids they have, and how many tell of an end. */
  events: number;
  event_seq: number;
  event_ids: number;
  ends: number;
  starts: number;
  resumes: number;
};

export type StoredDelivery = { id: string; research_id: string | null; type: string; status: string; body: string };

export type StoredStep = { question: string; key: string; saved_at: Date };

/** All that the record says of the jobs once they have ended, read past the service. */
export async function readRecord({ postgres }: Fleet) {
  const database = await openPostgres({ connectionString: postgres.connectionString, maxConnections: 2 });
  const { sql } = database;
  const rows = async <R extends Row>(text: string) => sql.query<R>(text);
  try {
    return {
      jobs: await rows<StoredJob>(`
        select research.id, request ->> 'question' as question, status, attempt, error, event_seq,
          count(*)::integer as events,
          count(distinct research_events.id)::integer as event_ids,
          (count(*) filter (where type in ('research.completed', 'research.failed', 'research.cancelled')))::integer as ends,
          (count(*) filter (where type = 'research.started'))::integer as starts,
          (count(*) filter (where type = 'research.resumed'))::integer as resumes
        from research join research_events on research_id = research.id group by research.id`),
      steps: await rows<StoredStep>(`
        select request ->> 'question' as question, key, saved_at
        from journal_steps join research on research.id = research_id where key like '%.model'`),
      deliveries: await rows<StoredDelivery>("select id, research_id, type, status, body from webhook_deliveries"),
      /** The ids of the jobs whose end the audit trail tells of, once for each entry, and what is wrong with the trail. */
      endsInTrail: (
        await rows<{ target_id: string }>(
          "select target_id from audit_log where actor_kind = 'system' and action = 'research.completed'",
        )
      ).map(({ target_id }) => target_id),
      faultsOfTrail: await faultsOfTrail(sql),
      locks: await rows(`
        select locktype from pg_locks where locktype = 'advisory' and database = (
          select oid from pg_database where datname = current_database())`),
      openTransactions: await rows(
        "select pid from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()",
      ),
      charges: await rows("select tenant_id from share_charges"),
      workers: await rows("select id from worker_processes where alive_until > now()"),
    };
  } finally {
    await database.close();
  }
}

async function faultsOfTrail(sql: Sql): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  await verifyAudit(sql, { expected: [], onFault: (fault) => faults.push(fault) });
  return faults;
}
