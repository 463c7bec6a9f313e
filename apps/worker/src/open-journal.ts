import type { Journal, JournalEvent, RecordedToolResult } from "@pharmadb/agents";
import { AppError, type ErrorCode, type Evidence, type JsonValue, type Usage } from "@pharmadb/contracts";
import {
  appendEvents,
  type JournalWriter,
  listEvidence,
  type NewStep,
  type ResearchRecord,
  type Sql,
  saveStep,
} from "@pharmadb/store";
import { failedTries } from "./attempt-ends.ts";
import { whenReachable } from "./when-reachable.ts";

/** What is stored of a tool call; its evidence stands beside it in the record. */
type StoredToolResult = { ok: boolean; content: string; data: JsonValue; evidence: number[] };

/** What is stored of a step that failed and was paid for. */
type StoredFailure = { code: ErrorCode; message: string };

/**
 * How long an event may wait for a step that it can be written with. Most tools answer sooner, so that their call and
 * their answer are one write; a follower sees a call that takes longer this much later.
 */
const LINGER_MS = 20;

export type JournalDeps = {
  sql: Sql;
  write: JournalWriter;
  /** The attempt that writes; the record refuses it once a newer one has begun. */
  research: Pick<ResearchRecord, "id" | "tenant_id" | "attempt" | "usage">;
  /** The outputs stored by earlier attempts. */
  stored: ReadonlyMap<string, JsonValue>;
  /** Called after each write, for those who watch the job. */
  onWritten(): void;
  /** Fires when the attempt is to end; a step that the record cannot take then is given up. */
  signal: AbortSignal;
};

export type AttemptJournal = Journal & {
  /** Writes the events that still wait. What keeps them from it will keep the job's end from it too, and is told there. */
  close(): Promise<void>;
};

/** The journal of one attempt, over the record. */
export function openJournal({ sql, write, research, stored, onWritten, signal }: JournalDeps): AttemptJournal {
  const steps = new Map(stored);
  const tries = failedTries(stored);
  const { id: researchId, tenant_id: tenantId, attempt } = research;
  let used = research.usage;
  let earlier: Promise<Map<number, Evidence>> | null = null;
  // Nobody else adds evidence, so from the first answer on it is known how much there is.
  let evidenceCount = attempt === 1 ? 0 : null;
  let waiting: JournalEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let superseded: AppError | null = null;

  /** The events that wait, which the caller writes now; given back where it cannot. */
  async function withWaiting<T>(use: (events: JournalEvent[]) => Promise<T>): Promise<T> {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    try {
      return await use(events);
    } catch (error) {
      waiting = [...events, ...waiting];
      if (error instanceof AppError && error.code === "superseded") superseded = error;
      throw error;
    }
  }

  async function writeWaiting(): Promise<void> {
    await withWaiting(async (events) => {
      if (events.length === 0) return;
      const { fresh } = await appendEvents(sql, { researchId, attempt, events }, write);
      if (fresh) onWritten();
    });
  }

  // Events are written again by a replay, so one that cannot be written now can wait for the next step.
  const writeWaitingLater = () => void writeWaiting().catch(() => undefined);

  type Step = Omit<NewStep, "researchId" | "attempt" | "evidenceCount">;

  /** What a step gave has been paid for, and an outage of the record ends by itself. */
  const save = (step: Step) => whenReachable(() => saveNow(step), signal);

  async function saveNow(step: Step) {
    return withWaiting(async (earlierEvents) => {
      const events = (numbers: number[]) => [...earlierEvents, ...step.events(numbers)];
      const saved = await saveStep(sql, { researchId, attempt, ...step, events, evidenceCount }, write);
      if (!saved.isNew) waiting = [...earlierEvents, ...waiting];
      used = larger(used, saved.usage);
      evidenceCount = Math.max(evidenceCount ?? 0, saved.evidenceCount);
      steps.set(step.key, saved.output);
      onWritten();
      return saved;
    });
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
      const failureKey = `${key}.failed.${tries}`;
      const failed = steps.get(failureKey) as StoredFailure | undefined;
      if (failed) throw new AppError(failed.code, failed.message);
      const result = await run();
      if ("failure" in result) {
        const { code, message } = result.failure;
        const output: StoredFailure = { code, message };
        await save({ key: failureKey, output, evidence: [], usage: result.usage, events: () => [] });
        throw result.failure;
      }
      const { output, usage = {}, events = [] } = result;
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
      if (superseded) throw superseded;
      waiting.push(event);
      timer ??= setTimeout(writeWaitingLater, LINGER_MS);
    },
    usage: () => used,
    async close() {
      if (!superseded) await writeWaiting().catch(() => undefined);
    },
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
