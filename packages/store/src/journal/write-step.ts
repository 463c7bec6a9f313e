import { type Evidence, type NewEvidence, newId, sha256OfJson } from "@pharmadb/contracts";
import { z } from "zod";
import { isUniqueViolation } from "../database-error.ts";
import { plainText } from "../plain-text.ts";
import { UsageColumns } from "../research/usage-columns.ts";
import type { Row, Sql } from "../sql.ts";
import type { NewStep, SavedStep } from "./save-step.ts";

// The update locks the row and is the fence: whatever hangs on `changed` is written by the owner or not at all.
const WRITE = `
  with fresh as (
    select id, key, type, data, row_number() over (order by position)::integer as position
    from unnest($12::text[], $13::text[], $14::text[], $15::json[]) with ordinality
      as given (id, key, type, data, position)
    where not exists (
      select from research_events where research_id = $1 and research_events.key = given.key
    )
  ),
  changed as (
    update research set
      version = version + 1,
      event_seq = event_seq + (select count(*)::integer from fresh),
      evidence_count = evidence_count + cardinality($16::text[]),
      progress = coalesce($6::json, progress),
      model_calls = model_calls + $7,
      tool_calls = tool_calls + $8,
      input_tokens = input_tokens + $9,
      output_tokens = output_tokens + $10,
      cost_usd = cost_usd + $11::numeric
    where id = $1 and attempt = $2 and status = 'running'
      and ($5::integer is null or evidence_count = $5)
      and not exists (select from journal_steps where research_id = $1 and key = $3)
    returning id, tenant_id, attempt, event_seq, evidence_count,
      model_calls, tool_calls, input_tokens, output_tokens, cost_usd, clock_timestamp()::timestamptz(3) as at
  ),
  step as (
    insert into journal_steps (research_id, key, tenant_id, attempt, output, saved_at)
    select id, $3, tenant_id, attempt, $4::json, at from changed
  ),
  events as (
    insert into research_events (research_id, seq, tenant_id, id, key, type, data, at)
    select changed.id, event_seq - (select count(*)::integer from fresh) + position,
      tenant_id, fresh.id, key, type, data, at
    from changed, fresh
  ),
  numbered as (
    insert into evidence (research_id, n, tenant_id, step_key, tool, arguments, query, content, sources, sha256, created_at)
    select id, evidence_count - cardinality($16::text[]) + position,
      tenant_id, $3, tool, arguments, query, content, sources, sha256, at
    from changed, unnest($16::text[], $17::json[], $18::text[], $19::json[], $20::json[], $21::text[])
      with ordinality as given (tool, arguments, query, content, sources, sha256, position)
  )
  select event_seq, model_calls, tool_calls, input_tokens, output_tokens, cost_usd, at from changed`;

const WrittenRow = UsageColumns.extend({ event_seq: z.number(), at: z.date() });

/**
 * Writes the step if the job has as much evidence as said (null: however much) and nothing under the step's key;
 * null where it was not written.
 */
export async function writeStep(sql: Sql, step: NewStep, evidenceCount: number | null): Promise<SavedStep | null> {
  const numbers = step.evidence.map((_, index) => (evidenceCount ?? 0) + index + 1);
  const output = typeof step.output === "function" ? step.output(numbers) : step.output;
  const evidence = step.evidence.map((item) => ({
    ...item,
    query: item.query === null ? null : plainText(item.query),
    sha256: sha256OfJson(item.content),
  }));
  const row = await queryUnlessTaken(sql, [
    step.researchId,
    step.attempt,
    step.key,
    JSON.stringify(output),
    evidenceCount,
    ...jobParameters(step, numbers),
    ...evidenceParameters(evidence),
  ]);
  if (!row) return null;
  const { event_seq, at, ...usage } = WrittenRow.parse(row);
  const created = { object: "evidence", research_id: step.researchId, created_at: at.toISOString() } as const;
  return {
    output,
    evidence: evidence.map((item, index): Evidence => ({ ...item, ...created, n: numbers[index] ?? 0 })),
    usage,
    eventSeq: event_seq,
  };
}

/** Another writer of the same step or event may be faster; then nothing is written. */
async function queryUnlessTaken(sql: Sql, parameters: unknown[]): Promise<Row | undefined> {
  try {
    const [row] = await sql.query(WRITE, parameters);
    return row;
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
}

function jobParameters({ usage, events }: NewStep, numbers: number[]): unknown[] {
  const written = events(numbers);
  const progress = written.findLast((event) => event.progress)?.progress;
  return [
    progress ? JSON.stringify(progress) : null,
    usage.model_calls ?? 0,
    usage.tool_calls ?? 0,
    usage.input_tokens ?? 0,
    usage.output_tokens ?? 0,
    usage.cost_usd ?? 0,
    written.map(() => newId("evt")),
    written.map(({ key }) => key),
    written.map(({ type }) => type),
    written.map(({ data }) => JSON.stringify(data)),
  ];
}

function evidenceParameters(evidence: (NewEvidence & { sha256: string })[]): unknown[] {
  return [
    evidence.map(({ tool }) => tool),
    evidence.map((item) => JSON.stringify(item.arguments)),
    evidence.map(({ query }) => query),
    evidence.map(({ content }) => JSON.stringify(content)),
    evidence.map(({ sources }) => JSON.stringify(sources)),
    evidence.map(({ sha256 }) => sha256),
  ];
}
