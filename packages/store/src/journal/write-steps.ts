import { type NewEvidence, newId, sha256OfJson, type Usage } from "@pharmadb/contracts";
import { z } from "zod";
import type { StepEvent } from "../events/append-event.ts";
import { plainText } from "../plain-text.ts";
import { UsageColumns } from "../research/usage-columns.ts";
import type { Sql } from "../sql.ts";

/** What one write adds to a running job. Of each job at most one goes into a statement. */
export type StepWrite = {
  researchId: string;
  attempt: number;
  /** The finished step and what it gave; null where only events are told. */
  step: { key: string; outputJson: string } | null;
  /** Written only if the job has as much evidence; null: however much. */
  evidenceCount: number | null;
  evidence: (NewEvidence & { sha256: string })[];
  usage: Partial<Usage>;
  events: readonly StepEvent[];
};

// The update locks the rows and is the fence: whatever hangs on `changed` is written by the owner or not at all.
const WRITE = `
  with given as (
    select * from unnest(
      $1::text[], $2::integer[], $3::text[], $4::json[], $5::integer[], $6::json[],
      $7::integer[], $8::integer[], $9::bigint[], $10::bigint[], $11::numeric[]
    ) as given (
      research_id, attempt, key, output, evidence_count, progress,
      model_calls, tool_calls, input_tokens, output_tokens, cost_usd
    )
  ),
  fresh as (
    select research_id, id, key, type, data,
      row_number() over (partition by research_id order by position)::integer as position
    from unnest($12::text[], $13::text[], $14::text[], $15::text[], $16::json[]) with ordinality
      as told (research_id, id, key, type, data, position)
    where not exists (
      select from research_events where research_events.research_id = told.research_id and research_events.key = told.key
    )
  ),
  found as (
    select research_id, tool, arguments, query, content, sources, sha256,
      row_number() over (partition by research_id order by position)::integer as position
    from unnest($17::text[], $18::text[], $19::json[], $20::text[], $21::json[], $22::json[], $23::text[])
      with ordinality as found (research_id, tool, arguments, query, content, sources, sha256, position)
  ),
  changed as (
    update research set
      version = version + 1,
      event_seq = event_seq + (select count(*)::integer from fresh where fresh.research_id = given.research_id),
      evidence_count = research.evidence_count
        + (select count(*)::integer from found where found.research_id = given.research_id),
      progress = coalesce(given.progress, research.progress),
      model_calls = research.model_calls + given.model_calls,
      tool_calls = research.tool_calls + given.tool_calls,
      input_tokens = research.input_tokens + given.input_tokens,
      output_tokens = research.output_tokens + given.output_tokens,
      cost_usd = research.cost_usd + given.cost_usd
    from given
    where research.id = given.research_id and research.attempt = given.attempt and status = 'running'
      and (given.evidence_count is null or research.evidence_count = given.evidence_count)
      and case
        when given.key is null then exists (select from fresh where fresh.research_id = given.research_id)
        else not exists (
          select from journal_steps
          where journal_steps.research_id = given.research_id and journal_steps.key = given.key
        )
      end
    returning research.id, tenant_id, research.attempt, given.key, given.output, event_seq, research.evidence_count,
      research.model_calls, research.tool_calls, research.input_tokens, research.output_tokens, research.cost_usd,
      clock_timestamp()::timestamptz(3) as at
  ),
  step as (
    insert into journal_steps (research_id, key, tenant_id, attempt, output, saved_at)
    select id, key, tenant_id, attempt, output, at from changed where key is not null
  ),
  events as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select changed.id,
      event_seq - (select count(*)::integer from fresh where fresh.research_id = changed.id) + position,
      tenant_id, fresh.id, fresh.key, type, data, at
    from changed join fresh on fresh.research_id = changed.id
  ),
  numbered as (
    insert into evidence (research_id, n, tenant_id, step_key, tool, arguments, query, content, sources, sha256, created_at)
    select changed.id,
      evidence_count - (select count(*)::integer from found where found.research_id = changed.id) + position,
      tenant_id, changed.key, tool, arguments, query, content, sources, sha256, at
    from changed join found on found.research_id = changed.id
  )
  select id, event_seq, evidence_count, model_calls, tool_calls, input_tokens, output_tokens, cost_usd, at from changed`;

const WrittenRow = UsageColumns.extend({
  id: z.string(),
  event_seq: z.number(),
  evidence_count: z.number(),
  at: z.date(),
}).transform(({ id, event_seq, evidence_count, at, ...usage }) => ({
  researchId: id,
  eventSeq: event_seq,
  evidenceCount: evidence_count,
  at,
  usage,
}));

/** The job after a write. */
export type WrittenStep = z.infer<typeof WrittenRow>;

/** Makes the writes, of as many jobs, in one statement. Gives null for each that was not made. */
export async function writeSteps(sql: Sql, writes: readonly StepWrite[]): Promise<(WrittenStep | null)[]> {
  const events = writes.flatMap(({ researchId, events }) => events.map((event) => ({ researchId, ...event })));
  const evidence = writes.flatMap(({ researchId, evidence }) => evidence.map((item) => ({ researchId, ...item })));
  const parameters = [
    writes.map(({ researchId }) => researchId),
    writes.map(({ attempt }) => attempt),
    writes.map(({ step }) => step?.key ?? null),
    writes.map(({ step }) => step?.outputJson ?? null),
    writes.map(({ evidenceCount }) => evidenceCount),
    writes.map(progressJson),
    writes.map(({ usage }) => usage.model_calls ?? 0),
    writes.map(({ usage }) => usage.tool_calls ?? 0),
    writes.map(({ usage }) => usage.input_tokens ?? 0),
    writes.map(({ usage }) => usage.output_tokens ?? 0),
    writes.map(({ usage }) => usage.cost_usd ?? 0),
    events.map(({ researchId }) => researchId),
    events.map(() => newId("evt")),
    events.map(({ key }) => key),
    events.map(({ type }) => type),
    events.map(({ data }) => JSON.stringify(data)),
    evidence.map(({ researchId }) => researchId),
    evidence.map(({ tool }) => tool),
    evidence.map((item) => JSON.stringify(item.arguments)),
    evidence.map(({ query }) => query),
    evidence.map(({ content }) => JSON.stringify(content)),
    evidence.map(({ sources }) => JSON.stringify(sources)),
    evidence.map(({ sha256 }) => sha256),
  ];
  const rows = await sql.query(WRITE, parameters, { prepared: "write_steps" });
  const byId = new Map(rows.map((row) => WrittenRow.parse(row)).map((written) => [written.researchId, written]));
  return writes.map(({ researchId }) => byId.get(researchId) ?? null);
}

function progressJson({ events }: StepWrite): string | null {
  const progress = events.findLast((event) => event.progress)?.progress;
  return progress ? JSON.stringify(progress) : null;
}

/** Evidence as it can be stored, with the hash of its content. */
export function storableEvidence(item: NewEvidence): NewEvidence & { sha256: string } {
  return {
    ...item,
    query: item.query === null ? null : plainText(item.query),
    sha256: sha256OfJson(item.content),
  };
}
