import { AppError, newId, type ResearchRequest } from "@pharmadb/contracts";
import { type Actor, auditJson } from "../audit/new-audit-entry.ts";
import { isRefused } from "../database-error.ts";
import type { Row, Sql } from "../sql.ts";
import { metadataText } from "./metadata.ts";
import { queuedResearch } from "./queued-research.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type NewResearch = {
  tenantId: string;
  id: string;
  request: ResearchRequest;
  timeoutSeconds: number | null;
  expiresAt: Date | string | null;
  /** The client's key for this submission and the hash of the body it came with. */
  idempotency: { key: string; bodySha256: string } | null;
  /** Who submits it, for the audit trail; what the service makes itself of a submission is told of there already. */
  by?: Actor;
};

export type CreatedResearch = { outcome: "created" | "replayed" | "conflict"; research: ResearchRecord };

// One statement, for it is what every submission waits for: the files are held against deletion, the idempotency keys
// are taken (expired ones anew), and each job, its first event and its entry in the audit trail are written, or none of
// it. Keys are taken in their order: two of these statements that take some of the same keys then never wait for each
// other. It gives only what the database adds, since reading whole rows back would take as long as writing them.
const CREATE = `
  with given as (
    select *, ordinality as n from rows from (json_to_recordset($1::json) as (
      id text, tenant_id text, priority text, request text, metadata text, timeout_seconds integer,
      file_ids text[], webhook_url text, expires_at timestamptz, event_id text, key text, body_sha256 text,
      audit_id text, actor_kind text, actor_id text, request_id text, client_address text
    )) with ordinality as given
  ),
  wanted as (
    select given.id as research_id, tenant_id, file.id, file.position
    from given, unnest(file_ids) with ordinality as file (id, position)
  ),
  found as (
    select tenant_id, id from files where id = any (array (select id from wanted)) for key share
  ),
  missing as (
    select research_id, position from wanted where (tenant_id, id) not in (select tenant_id, id from found)
  ),
  taken as (
    insert into idempotency_keys (tenant_id, key, body_sha256, research_id, expires_at)
    select distinct on (tenant_id, key) tenant_id, key, body_sha256, id, clock_timestamp() + interval '24 hours'
    from given where key is not null and id not in (select research_id from missing)
    order by tenant_id, key, n
    on conflict (tenant_id, key) do update
      set body_sha256 = excluded.body_sha256, research_id = excluded.research_id, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= clock_timestamp()
    returning research_id
  ),
  created as (
    insert into research
      (id, tenant_id, priority, request, metadata, timeout_seconds, expires_at, file_ids, webhook_url, event_seq)
    select
      id, tenant_id, priority, request::json, metadata::jsonb, timeout_seconds, expires_at, file_ids, webhook_url, 1
    from given
    where id not in (select research_id from missing) and (key is null or id in (select research_id from taken))
    order by n
    returning id, tenant_id, created_at
  ),
  queued as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, 1, created.tenant_id, event_id, 'queued', 'research.queued', '{}', created_at
    from created join given using (id)
  ),
  noted as (
    insert into audit_log
      (id, tenant_id, actor_kind, actor_id, action, target_type, target_id, at, request_id, client_address)
    select audit_id, created.tenant_id, actor_kind, actor_id, 'research.submitted', 'research', id, created_at,
      request_id, client_address
    from created join given using (id) where audit_id is not null
  )
  select id, created_at, null as missing from created
  union all
  select research_id, null, array_agg(position::integer order by position) from missing group by research_id`;

type CreatedRow = { id: string; created_at: Date; missing: null } | { id: string; created_at: null; missing: number[] };

/**
 * Writes a new job with its first event. The same idempotency key and body within 24 hours give the job made first
 * (`replayed`), another body gives it too, as a `conflict`.
 *
 * @throws AppError `invalid_request` naming each `file_ids.N` that is no file of the tenant.
 */
export async function createResearch(sql: Sql, research: NewResearch): Promise<CreatedResearch> {
  const [result] = await createResearchMany(sql, [research]);
  if (result instanceof Error) throw result;
  if (!result) throw new Error("A submission has no result.");
  return result;
}

/**
 * Writes many new jobs as `createResearch` would one after the other, at the price of one. Gives each its outcome or,
 * without harm to the others, its error, in the order given.
 */
export function createResearchMany(sql: Sql, list: readonly NewResearch[]): Promise<(CreatedResearch | Error)[]> {
  return createGiven(sql, list.map(givenResearch));
}

/** A new job with what the statement reads of it, so that this is made once, also where its size is asked for before. */
export type GivenResearch = { research: NewResearch; json: string };

/** Writes as `createResearchMany` does. */
export async function createGiven(sql: Sql, given: readonly GivenResearch[]): Promise<(CreatedResearch | Error)[]> {
  let rows: CreatedRow[];
  try {
    const json = `[${given.map((each) => each.json).join(",")}]`;
    rows = await sql.query<CreatedRow>(CREATE, [json], { prepared: "create_research" });
  } catch (error) {
    if (given.length > 1 && isRefused(error)) return createInHalves(sql, given);
    return given.map(() => error as Error);
  }
  const byId = new Map(rows.map((row) => [row.id, row]));
  const list = given.map(({ research }) => research);
  // No row: an earlier job has the key.
  const others = list.filter(({ id }) => !byId.has(id));
  const found = new Map(others.length === 0 ? [] : await findByKeys(sql, others));
  return list.map((research) => {
    const row = byId.get(research.id);
    if (row?.missing) return unknownFiles(row.missing.map((position) => position - 1));
    if (row) return { outcome: "created", research: queuedResearch(research, row.created_at) };
    return found.get(research.id) ?? new Error("A submission has no result.");
  });
}

/** The request goes as a text, for it may hold what only a text can: U+0000. */
export function givenResearch(research: NewResearch): GivenResearch {
  const { tenantId, id, request, timeoutSeconds, expiresAt, idempotency, by } = research;
  const json = JSON.stringify({
    ...(by && auditJson({ actor: by, action: "research.submitted", target: { type: "research", id } })),
    id,
    tenant_id: tenantId,
    priority: request.priority,
    request: JSON.stringify(request),
    metadata: metadataText(request.metadata),
    timeout_seconds: timeoutSeconds,
    file_ids: request.file_ids,
    webhook_url: request.webhook?.url,
    expires_at: expiresAt,
    event_id: newId("evt"),
    key: idempotency?.key,
    body_sha256: idempotency?.bodySha256,
  });
  return { research, json };
}

function unknownFiles(indices: number[]): AppError {
  const errors = indices.map((index) => ({ path: `file_ids.${index}`, message: "There is no such file." }));
  return new AppError("invalid_request", `body field "file_ids.${indices[0]}": There is no such file.`, { errors });
}

/** The database refused the statement for something that is in it, of which only one job may be guilty. */
async function createInHalves(sql: Sql, given: readonly GivenResearch[]): Promise<(CreatedResearch | Error)[]> {
  const middle = Math.ceil(given.length / 2);
  const first = await createGiven(sql, given.slice(0, middle));
  return [...first, ...(await createGiven(sql, given.slice(middle)))];
}

/** What there is under the keys of these jobs, by the id that each would have had. */
async function findByKeys(
  sql: Sql,
  list: readonly NewResearch[],
): Promise<[id: string, result: CreatedResearch | Error][]> {
  let rows: Row[];
  try {
    rows = await sql.query(
      `select research.*, idempotency_keys.body_sha256
       from unnest($1::text[], $2::text[]) with ordinality as wanted (tenant_id, key, n)
       left join idempotency_keys using (tenant_id, key)
       left join research on research.id = idempotency_keys.research_id
       order by n`,
      [list.map(({ tenantId }) => tenantId), list.map(({ idempotency }) => idempotency?.key)],
    );
  } catch (error) {
    return list.map(({ id }) => [id, error as Error]);
  }
  return Promise.all(
    list.map(async (research, index) => {
      const row = rows[index];
      // The job that held the key was deleted a moment ago, and the key with it.
      if (!row?.id) return [research.id, await createResearch(sql, research).catch((error: Error) => error)];
      const replayed = row.body_sha256 === research.idempotency?.bodySha256;
      return [research.id, { outcome: replayed ? "replayed" : "conflict", research: toResearchRecord(row) }];
    }),
  );
}
