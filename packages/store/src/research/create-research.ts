import { AppError, newId, type ResearchRequest } from "@pharmadb/contracts";
import type { Row, Sql } from "../sql.ts";
import { metadataText } from "./metadata-text.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

export type NewResearch = {
  tenantId: string;
  id: string;
  request: ResearchRequest;
  timeoutSeconds: number | null;
  expiresAt: Date | string | null;
  /** The client's key for this submission and the hash of the body it came with. */
  idempotency: { key: string; bodySha256: string } | null;
};

export type CreatedResearch = { outcome: "created" | "replayed" | "conflict"; research: ResearchRecord };

// One statement, for it is what every submission waits for: the files are held against deletion, the idempotency key
// is taken (an expired one anew), and the job and its first event are written, or none of it.
const CREATE = `
  with found as (
    select id from files where tenant_id = $2 and id = any ($7::text[]) for key share
  ),
  missing as (
    select position from unnest($7::text[]) with ordinality as wanted (id, position)
    where wanted.id not in (select id from found)
  ),
  taken as (
    insert into idempotency_keys (tenant_id, key, body_sha256, research_id, expires_at)
    select $2, $10::text, $11::text, $1, clock_timestamp() + interval '24 hours'
    where $10::text is not null and not exists (select from missing)
    on conflict (tenant_id, key) do update
      set body_sha256 = excluded.body_sha256, research_id = excluded.research_id, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= clock_timestamp()
    returning research_id
  ),
  created as (
    insert into research
      (id, tenant_id, priority, request, metadata, timeout_seconds, expires_at, file_ids, event_seq)
    select $1, $2, $3, $4::json, $5::jsonb, $6::integer, $8::timestamptz, $7::text[], 1
    where not exists (select from missing) and ($10::text is null or exists (select from taken))
    returning *
  ),
  queued as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select id, 1, tenant_id, $9, 'queued', 'research.queued', '{}', created_at from created
  )
  select created.*, array (select position::integer from missing order by position) as missing
  from (values (1)) as always (one) left join created on true`;

/**
 * Writes a new job with its first event. The same idempotency key and body within 24 hours give the job made first
 * (`replayed`), another body gives it too, as a `conflict`.
 *
 * @throws AppError `invalid_request` naming each `file_ids.N` that is no file of the tenant.
 */
export async function createResearch(sql: Sql, research: NewResearch): Promise<CreatedResearch> {
  const { tenantId, id, request, idempotency } = research;
  const [row] = await sql.query<Row & { missing: number[] }>(CREATE, [
    id,
    tenantId,
    request.priority,
    JSON.stringify(request),
    metadataText(request.metadata),
    research.timeoutSeconds,
    request.file_ids,
    research.expiresAt,
    newId("evt"),
    idempotency?.key ?? null,
    idempotency?.bodySha256 ?? null,
  ]);
  if (row?.missing.length) throw unknownFiles(row.missing.map((position) => position - 1));
  if (row?.id) return { outcome: "created", research: toResearchRecord(row) };
  return findByKey(sql, research);
}

function unknownFiles(indices: number[]): AppError {
  const errors = indices.map((index) => ({ path: `file_ids.${index}`, message: "There is no such file." }));
  return new AppError("invalid_request", `body field "file_ids.${indices[0]}": There is no such file.`, { errors });
}

async function findByKey(sql: Sql, research: NewResearch): Promise<CreatedResearch> {
  const [row] = await sql.query(
    `select research.*, idempotency_keys.body_sha256
     from idempotency_keys join research on research.id = idempotency_keys.research_id
     where idempotency_keys.tenant_id = $1 and idempotency_keys.key = $2`,
    [research.tenantId, research.idempotency?.key],
  );
  // The job that held the key was deleted a moment ago, and the key with it.
  if (!row) return createResearch(sql, research);
  const replayed = row.body_sha256 === research.idempotency?.bodySha256;
  return { outcome: replayed ? "replayed" : "conflict", research: toResearchRecord(row) };
}
