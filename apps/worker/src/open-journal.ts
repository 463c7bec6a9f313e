import type { Journal, JournalEvent, RecordedToolResult } from "@pharmadb/agents";
import type { Evidence, JsonValue, Usage } from "@pharmadb/contracts";
import { appendEvent, listEvidence, type NewStep, type ResearchRecord, type Sql, saveStep } from "@pharmadb/store";

/** What is stored of a tool call; its evidence stands beside it in the record. */
type StoredToolResult = { ok: boolean; content: string; data: JsonValue; evidence: number[] };

export type JournalDeps = {
  sql: Sql;
  /** The attempt that writes; the record refuses it once a newer one has begun. */
  research: Pick<ResearchRecord, "id" | "tenant_id" | "attempt" | "usage">;
  /** The outputs stored by earlier attempts. */
  stored: ReadonlyMap<string, JsonValue>;
  /** Called after each write, for those who watch the job. */
  onWritten(): void;
};

/** The journal of one attempt, over the record. */
export function openJournal({ sql, research, stored, onWritten }: JournalDeps): Journal {
  const steps = new Map(stored);
  const { id: researchId, tenant_id: tenantId, attempt } = research;
  let used = research.usage;
  let earlier: Promise<Map<number, Evidence>> | null = null;

  async function save(step: Omit<NewStep, "researchId" | "attempt">) {
    const saved = await saveStep(sql, { researchId, attempt, ...step });
    used = larger(used, saved.usage);
    steps.set(step.key, saved.output);
    onWritten();
    return saved;
  }

  async function readEvidence(): Promise<Map<number, Evidence>> {
    return new Map((await listEvidence(sql, tenantId, researchId)).map((item) => [item.n, item]));
  }

  async function replayed({ ok, content, data, evidence }: StoredToolResult): Promise<RecordedToolResult> {
    // Everything that a replay asks for was there when the attempt began, so it is read once.
    earlier ??= readEvidence();
    const known = await earlier;
    return { ok, content, data, evidence: evidence.flatMap((n) => known.get(n) ?? []) };
  }

  return {
    async step<T extends JsonValue>(key: string, run: Parameters<Journal["step"]>[1]) {
      const known = steps.get(key);
      if (known !== undefined) return known as T;
      const { output, usage = {}, events = [] } = await run();
      return (await save({ key, output, evidence: [], usage, events: () => events })).output as T;
    },
    async toolStep(key, run) {
      const known = steps.get(key);
      if (known !== undefined) return replayed(known as StoredToolResult);
      const { result, events = (): JournalEvent[] => [] } = await run();
      const { ok, content, data } = result;
      const saved = await save({
        key,
        output: (evidence): StoredToolResult => ({ ok, content, data, evidence }),
        evidence: result.evidence,
        usage: { tool_calls: 1 },
        events,
      });
      return { ...(saved.output as StoredToolResult), evidence: saved.evidence };
    },
    async emit(event) {
      const { fresh } = await appendEvent(sql, { researchId, attempt, event });
      if (fresh) onWritten();
    },
    usage: () => used,
  };
}

/** Steps of parallel branches may be told in another order than they were stored; usage only grows. */
function larger(a: Usage, b: Usage): Usage {
  return {
    model_calls: Math.max(a.model_calls, b.model_calls),
    tool_calls: Math.max(a.tool_calls, b.tool_calls),
    input_tokens: Math.max(a.input_tokens, b.input_tokens),
    output_tokens: Math.max(a.output_tokens, b.output_tokens),
    cost_usd: Math.max(a.cost_usd, b.cost_usd),
  };
}
