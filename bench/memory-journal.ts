import type { Journal, RecordedToolResult } from "@pharmadb/agents";
import { type Evidence, type JsonValue, NO_USAGE, sha256OfJson } from "@pharmadb/contracts";

/** A journal that forgets with its process: for measuring agents without a database. */
export function memoryJournal(): Journal {
  const steps = new Map<string, JsonValue>();
  const tools = new Map<string, RecordedToolResult>();
  let numbered = 0;
  return {
    async step<T extends JsonValue>(key: string, run: Parameters<Journal["step"]>[1]) {
      const known = steps.get(key);
      if (known !== undefined) return known as T;
      const result = await run();
      if ("failure" in result) throw result.failure;
      steps.set(key, result.output);
      return result.output as T;
    },
    async toolStep(key, run) {
      const known = tools.get(key);
      if (known) return known;
      const { result } = await run();
      const evidence = result.evidence.map((one): Evidence => {
        numbered++;
        return {
          ...one,
          object: "evidence",
          n: numbered,
          research_id: "res_bench",
          sha256: sha256OfJson(one.content),
          created_at: new Date().toISOString(),
        };
      });
      const recorded = { ...result, evidence };
      tools.set(key, recorded);
      return recorded;
    },
    async emit() {},
    usage: () => NO_USAGE,
  };
}
