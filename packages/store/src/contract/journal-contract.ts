import { type JsonValue, sha256OfJson } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { appendEvents } from "../events/append-event.ts";
import { listEvents } from "../events/list-events.ts";
import { getEvidence } from "../evidence/get-evidence.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { loadJournal } from "../journal/load-journal.ts";
import { type NewStep, saveStep } from "../journal/save-step.ts";
import { getResearch } from "../research/get-research.ts";
import { newTenant, passage, runningResearch } from "./given.ts";

/** What a job's memory promises. */
export function journalContract(database: () => Database): void {
  const newStep = (researchId: string, key: string, fields: Partial<NewStep> = {}): NewStep => ({
    researchId,
    attempt: 1,
    key,
    output: null,
    evidence: [],
    usage: {},
    events: () => [],
    ...fields,
  });

  test("a step is stored with its evidence, usage, events and progress", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const progress = { phase: "research", percent: 40, message: "Searching" } as const;
    const saved = await saveStep(
      sql,
      newStep(id, "tool", {
        output: (evidence) => ({ ok: true, evidence }),
        evidence: [passage("one"), passage("two")],
        usage: { tool_calls: 1, cost_usd: 0.1 },
        events: (evidence) => [{ key: "tool.returned", type: "tool.returned", data: { evidence }, progress }],
      }),
    );
    expect(saved.output).toEqual({ ok: true, evidence: [1, 2] });
    expect(saved.evidence).toEqual(await listEvidence(sql, tenant, id));
    expect(saved.evidence[1]).toMatchObject({ n: 2, ...passage("two"), sha256: sha256OfJson(passage("two").content) });
    expect(await getEvidence(sql, tenant, id, 2)).toEqual(saved.evidence[1]);
    expect(await getEvidence(sql, tenant, id, 3)).toBeNull();
    expect(saved.usage).toEqual({ model_calls: 0, tool_calls: 1, input_tokens: 0, output_tokens: 0, cost_usd: 0.1 });
    expect(await getResearch(sql, tenant, id)).toMatchObject({
      usage: saved.usage,
      progress,
      event_seq: 3,
      version: 3,
    });
    expect(await listEvents(sql, tenant, id, { after: 2, limit: 9 })).toMatchObject([
      { seq: 3, type: "tool.returned", data: { evidence: [1, 2] } },
    ]);
    expect(await loadJournal(sql, id)).toEqual(new Map([["tool", saved.output]]));
  });

  test("usage adds up without rounding errors", async () => {
    const { sql } = database();
    const { id } = await runningResearch(sql, newTenant());
    for (const key of ["a", "b"])
      await saveStep(sql, newStep(id, key, { usage: { cost_usd: 0.1, input_tokens: 3e9 } }));
    const { usage } = await saveStep(sql, newStep(id, "c", { usage: { cost_usd: 0.1 } }));
    expect(usage).toMatchObject({ cost_usd: 0.3, input_tokens: 6e9 });
  });

  test("a step that is stored answers with what is stored, and counts nothing twice", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const event = { key: "e", type: "tool.returned", data: {} } as const;
    const fields = { output: "first", evidence: [passage("x")], usage: { tool_calls: 1 }, events: () => [event] };
    const first = await saveStep(sql, newStep(id, "k", fields));
    const before = await getResearch(sql, tenant, id);
    for (const evidence of [[passage("y")], []]) {
      const again = await saveStep(sql, newStep(id, "k", { ...fields, output: "second", evidence }));
      expect(again).toEqual({ ...first, isNew: false });
    }
    expect(await getResearch(sql, tenant, id)).toEqual(before);
  });

  test("whatever JSON a step gives comes back as it was, key order and odd characters included", async () => {
    const { sql } = database();
    const { id } = await runningResearch(sql, newTenant());
    const output: JsonValue = {
      z: 1,
      a: '\u0000 \ud800 "\\ é 😀',
      "\u0000": [1e300, -0.5, 12345678901234567000, null, {}],
    };
    await saveStep(sql, newStep(id, "odd", { output, evidence: [{ ...passage("q\u0000"), content: output }] }));
    const stored = (await loadJournal(sql, id)).get("odd") ?? null;
    expect(JSON.stringify(stored)).toBe(JSON.stringify(output));
  });

  test("evidence of branches that save at once is numbered from 1 without gaps, and each output names its own", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const counts = [3, 0, 1, 2, 5, 1, 0, 4, 1, 2, 3, 1];
    const saved = await Promise.all(
      counts.map((count, branch) =>
        saveStep(
          sql,
          newStep(id, `branch.${branch}`, {
            output: (evidence) => evidence,
            evidence: Array.from({ length: count }, (_, index) => passage(`${branch}.${index}`)),
            events: (evidence) => [{ key: `returned.${branch}`, type: "tool.returned", data: { evidence } }],
          }),
        ),
      ),
    );
    const evidence = await listEvidence(sql, tenant, id);
    expect(evidence.map(({ n }) => n)).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
    for (const [branch, { output, evidence: own }] of saved.entries()) {
      expect(own.map(({ n }) => n)).toEqual(output);
      expect(own).toEqual(evidence.filter(({ query }) => query?.startsWith(`${branch}.`)));
    }
    const events = await listEvents(sql, tenant, id, { after: 0, limit: 99 });
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 2 + counts.length }, (_, index) => index + 1));
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
  });

  test("of the same step saved by many at once, one is stored and all answer with it", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const event = { key: "same", type: "step.completed", data: {} } as const;
    const saved = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        saveStep(sql, newStep(id, "same", { output: index, evidence: [passage(`${index}`)], events: () => [event] })),
      ),
    );
    expect(new Set(saved.map(({ output }) => output)).size).toBe(1);
    expect(await listEvidence(sql, tenant, id)).toEqual(saved[0]?.evidence);
    expect(await getResearch(sql, tenant, id)).toMatchObject({ event_seq: 3 });
  });

  test("an event is written once a key, in the order of sequence numbers without gaps", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const append = (key: string) =>
      appendEvents(sql, { researchId: id, attempt: 1, events: [{ key, type: "tool.called", data: { key } }] });
    const results = await Promise.all(["a", "b", "a", "c", "b", "a"].map(append));
    expect(results.filter(({ fresh }) => fresh)).toHaveLength(3);
    expect(results[2]?.eventSeq).toBe(results[0]?.eventSeq);
    expect(await append("a")).toEqual({ eventSeq: results[0]?.eventSeq, fresh: false });
    const events = await listEvents(sql, tenant, id, { after: 0, limit: 99 });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(await listEvents(sql, tenant, id, { after: 3, limit: 1 })).toEqual([events[3]]);
    expect(await getResearch(sql, tenant, id)).toMatchObject({ event_seq: 5, version: 5 });
  });

  test("a step tells again only the events that are new", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const event = (key: string) => ({ key, type: "step.started", data: {} }) as const;
    await appendEvents(sql, { researchId: id, attempt: 1, events: [event("b")] });
    const { eventSeq } = await saveStep(sql, newStep(id, "s", { events: () => [event("a"), event("b"), event("c")] }));
    expect(eventSeq).toBe(5);
    const events = await listEvents(sql, tenant, id, { after: 0, limit: 99 });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });
}
