import type { Sql } from "../sql.ts";
import type { BatchLine } from "./batch-line.ts";
import type { OwnedBatch } from "./receive-batch.ts";

export type StagedBatch = { total: number; invalid: number };

// The requests come as a text of one line each, which JSON never breaks, so that what makes up nearly all of a batch is
// neither escaped a second time nor made a text of by us. The row of the batch is locked first and changed last: whoever no longer owns it writes
// nothing, and where reading got to is part of the same write as what was read.
const STAGE = `
  with batch as materialized (
    select id, tenant_id from batches
    where id = $1 and owner = $2 and status in ('receiving', 'validating') for no key update
  ),
  given as materialized (
    select about.*, request.text as request
    from json_to_recordset($3::json) as about (
      n integer, line integer, custom_id text, error json, metadata jsonb, file_ids text[], timeout_seconds integer,
      webhook_url text
    )
    left join string_to_table($4, E'\\n') with ordinality as request (text, n) using (n)
  ),
  stored as (
    insert into batch_items (batch_id, tenant_id, line, custom_id, request, metadata, file_ids, timeout_seconds, webhook_url)
    select batch.id, batch.tenant_id, line, custom_id, request::json, metadata, file_ids, timeout_seconds, webhook_url
    from given, batch where error is null
    order by line
    on conflict (batch_id, custom_id) where error is null do nothing
    returning line
  ),
  repeated as (
    select line, custom_id, coalesce(
      (select earlier.line from batch_items earlier
       where earlier.batch_id = $1 and earlier.custom_id = given.custom_id and earlier.error is null),
      (select min(first.line) from given first where first.custom_id = given.custom_id and first.error is null)
    ) as first_line
    from given where error is null and line not in (select line from stored)
  ),
  refused as (
    insert into batch_items (batch_id, tenant_id, line, custom_id, error)
    select batch.id, batch.tenant_id, line, custom_id, error from given, batch where error is not null
    union all
    select batch.id, batch.tenant_id, line, custom_id, json_build_object(
      'message', 'field "custom_id": Line ' || first_line || ' has the same custom_id.',
      'errors', json_build_array(
        json_build_object('path', 'custom_id', 'message', 'Line ' || first_line || ' has the same custom_id.')
      )
    )
    from repeated, batch
    returning line
  )
  update batches set
    total = total + (select count(*) from given),
    queued = queued + (select count(*) from stored),
    invalid = invalid + (select count(*) from refused),
    read_lines = $5,
    read_bytes = $6,
    heartbeat_at = clock_timestamp()
  from batch where batches.id = batch.id
  returning total, invalid`;

export type StagedLines = {
  lines: readonly BatchLine[];
  /** The requests as JSON, each a `ResearchRequest` on a line of its own, in UTF-8. */
  requests: Uint8Array;
  /** How far the source has been read with them. */
  readLines: number;
  readBytes: number;
};

/**
 * Writes lines of a batch that is being taken in, and how far its source has been read with them. A line whose
 * `custom_id` an earlier one has becomes an invalid one that says so. Null where the batch is no longer the owner's,
 * and then nothing is written.
 */
export async function stageBatchLines(
  sql: Sql,
  { id, owner }: OwnedBatch,
  { lines, requests, readLines, readBytes }: StagedLines,
): Promise<StagedBatch | null> {
  const about = lines.map((each) => {
    const { line, customId: custom_id } = each;
    if ("error" in each) return { line, custom_id, error: each.error };
    const { place: n, metadata, fileIds: file_ids, timeoutSeconds: timeout_seconds, webhookUrl: webhook_url } = each;
    return { n, line, custom_id, metadata, file_ids, timeout_seconds, webhook_url };
  });
  const parameters = [id, owner, JSON.stringify(about), requests, readLines, readBytes];
  const [row] = await sql.query<StagedBatch>(STAGE, parameters);
  return row ?? null;
}
