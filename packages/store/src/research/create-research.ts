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
// it. It gives only what the database adds, since reading whole rows back would take as long as writing them; why there
// is no row of a job is asked for afterwards, as it is rare. Each part takes its twentieth of a lone submission, also
// one that finds nothing to do: so keys, which few have, are taken by a statement of their own.
const ADMITTED = `
  given as (
    select *, ordinality as n from rows from (json_to_recordset($1::json) as (
      id text, tenant_id text, priority text, request text, metadata text, timeout_seconds integer,
      file_ids text[], webhook_url text, expires_at timestamptz, event_id text, key text, body_sha256 text,
      audit_id text, actor_kind text, actor_id text, request_id text, client_address text
    )) with ordinality as given
  ),
  found as (
    select tenant_id, id from files where id = any (array (select unnest(file_ids) from given)) for key share
  ),
  admitted as (
    select * from given
    where not exists (
      select from unnest(file_ids) as file (id) where (tenant_id, file.id) not in (select tenant_id, id from found)
    )
  )`;

// Keys are taken in their order: two of these statements that take some of the same keys then never wait for each other.
const KEYED = `
  taken as (
    insert into idempotency_keys (tenant_id, key, body_sha256, research_id, expires_at)
    select distinct on (tenant_id, key) tenant_id, key, body_sha256, id, clock_timestamp() + interval '24 hours'
    from admitted where key is not null
    order by tenant_id, key, n
    on conflict (tenant_id, key) do update
      set body_sha256 = excluded.body_sha256, research_id = excluded.research_id, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= clock_timestamp()
    returning research_id
  ),
  keyed as (
    select * from admitted where key is null or id in (select research_id from taken)
  )`;

// The time of all three is that of the statement, so that none has to be joined with another for it.
const write = (jobs: "admitted" | "keyed") => `
  queued as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, 1, tenant_id, event_id, 'queued', 'research.queued', '{}', statement_timestamp() from ${jobs}
  ),
  noted as (
    insert into audit_log
      (id, tenant_id, actor_kind, actor_id, action, target_type, target_id, at, request_id, client_address)
    select audit_id, tenant_id, actor_kind, actor_id, 'research.submitted', 'research', id, statement_timestamp(),
      request_id, client_address
    from ${jobs} where audit_id is not null
  )
  insert into research
    (id, tenant_id, priority, request, metadata, timeout_seconds, expires_at, file_ids, webhook_url, event_seq,
      created_at)
  select
    id, tenant_id, priority, request::json, metadata::jsonb, timeout_seconds, expires_at, file_ids, webhook_url, 1,
    statement_timestamp()
  from ${jobs}
  order by n
  returning id, created_at`;

const CREATE = { text: `with ${ADMITTED}, ${write("admitted")}`, prepared: "create_research" };
const CREATE_KEYED = { text: `with ${ADMITTED}, ${KEYED}, ${write("keyed")}`, prepared: "create_keyed_research" };

type CreatedRow = { id: string; created_at: Date };

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
    const { text, prepared } = given.some(({ research }) => research.idempotency) ? CREATE_KEYED : CREATE;
    rows = await sql.query<CreatedRow>(text, [json], { prepared });
  } catch (error) {
    if (given.length > 1 && isRefused(error)) return createInHalves(sql, given);
    return given.map(() => error as Error);
  }
  const createdAt = new Map(rows.map(({ id, created_at }) => [id, created_at]));
  const list = given.map(({ research }) => research);
  const others = list.filter(({ id }) => !createdAt.has(id));
  const found = new Map(others.length === 0 ? [] : await findWhyNot(sql, others));
  return list.map((research) => {
    const at = createdAt.get(research.id);
    if (at) return { outcome: "created", research: queuedResearch(research, at) };
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

type Result = [id: string, result: CreatedResearch | Error];

/** Why these jobs were not written, by the id that each would have had: files are missing, or a job has the key. */
async function findWhyNot(sql: Sql, list: readonly NewResearch[]): Promise<Result[]> {
  let rows: { tenant_id: string; id: string }[];
  try {
    rows = await sql.query("select tenant_id, id from files where id = any ($1::text[])", [
      list.flatMap(({ request }) => request.file_ids),
    ]);
  } catch (error) {
    return list.map(({ id }) => [id, error as Error]);
  }
  const files = new Set(rows.map(({ tenant_id, id }) => `${tenant_id} ${id}`));
  const missing = ({ tenantId, request }: NewResearch) =>
    request.file_ids.flatMap((id, index) => (files.has(`${tenantId} ${id}`) ? [] : [index]));
  const [refused, others] = [
    list.filter((each) => missing(each).length > 0),
    list.filter((each) => missing(each).length === 0),
  ];
  const results = refused.map((each): Result => [each.id, unknownFiles(missing(each))]);
  return others.length === 0 ? results : [...results, ...(await findByKeys(sql, others))];
}

/** What there is under the keys of these jobs. */
async function findByKeys(sql: Sql, list: readonly NewResearch[]): Promise<Result[]> {
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
      // The job that held the key was deleted a moment ago, and the key with it; or a file has come since.
      if (!row?.id) return [research.id, await createResearch(sql, research).catch((error: Error) => error)];
      const replayed = row.body_sha256 === research.idempotency?.bodySha256;
      return [research.id, { outcome: replayed ? "replayed" : "conflict", research: toResearchRecord(row) }];
    }),
  );
}
