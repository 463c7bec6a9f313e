import {
  AppError,
  type ErrorCode,
  type Evidence,
  type JsonValue,
  type NewEvidence,
  NO_USAGE,
  sha256OfJson,
  type Usage,
} from "@pharmadb/contracts";
import type { Journal, JournalEvent, RecordedToolResult } from "../journal.ts";

/** A journal in memory. `stored` survives its owner, so that a second run over it is a replay. */
export type MemoryJournal = Journal & { events: JournalEvent[]; keys: string[] };

export type JournalStore = {
  steps: Map<string, JsonValue>;
  evidence: Evidence[];
  events: Map<string, JournalEvent>;
  usage: Usage;
};

export function emptyStore(): JournalStore {
  return { steps: new Map(), evidence: [], events: new Map(), usage: { ...NO_USAGE } };
}

/**
 * Stores as the real journal does: through JSON, each key once. `refuseAfter` cuts the run off after so many steps; `tries`
 * are those that the job has had before.
 */
export function createMemoryJournal(
  store: JournalStore = emptyStore(),
  refuseAfter: number = Number.POSITIVE_INFINITY,
  tries = 0,
): MemoryJournal {
  const keys: string[] = [];
  const events: JournalEvent[] = [];
  const emit = (event: JournalEvent) => {
    events.push(event);
    if (!store.events.has(event.key)) store.events.set(event.key, event);
  };
  const put = (key: string, output: unknown) => {
    if (keys.length >= refuseAfter) throw new AppError("superseded", "A newer attempt has taken over.");
    store.steps.set(key, JSON.parse(JSON.stringify(output)));
    keys.push(key);
  };
  return {
    events,
    keys,
    usage: () => ({ ...store.usage }),
    async emit(event) {
      emit(event);
    },
    async step<T extends JsonValue>(key: string, run: Parameters<Journal["step"]>[1]) {
      const held = store.steps.get(key);
      if (held !== undefined) return held as T;
      const failed = store.steps.get(`${key}.failed.${tries}`) as { code: ErrorCode; message: string } | undefined;
      if (failed) throw new AppError(failed.code, failed.message);
      const result = await run();
      if ("failure" in result) {
        const { code, message } = result.failure;
        put(`${key}.failed.${tries}`, { code, message });
        addUsage(store.usage, result.usage);
        throw result.failure;
      }
      const { output, usage, events: told } = result;
      put(key, output);
      addUsage(store.usage, usage ?? {});
      told?.forEach(emit);
      return output as T;
    },
    async toolStep(key, run) {
      const held = store.steps.get(key);
      if (held !== undefined) return held as unknown as RecordedToolResult;
      const { result, events: told } = await run();
      const evidence = result.evidence.map((one, index) => numbered(one, store.evidence.length + index + 1));
      const recorded = { ...result, evidence };
      put(key, recorded);
      store.evidence.push(...evidence);
      addUsage(store.usage, { tool_calls: 1 });
      told?.(evidence.map(({ n }) => n)).forEach(emit);
      return recorded;
    },
  };
}

function addUsage(total: Usage, more: Partial<Usage>): void {
  for (const key of Object.keys(total) as (keyof Usage)[]) total[key] += more[key] ?? 0;
}

function numbered(evidence: NewEvidence, n: number): Evidence {
  const { content } = evidence;
  return {
    ...evidence,
    object: "evidence",
    n,
    research_id: "res_test",
    sha256: sha256OfJson(content),
    created_at: "2026-01-01T00:00:00.000Z",
  };
}
