import { AppError } from "@pharmadb/contracts";
import {
  getResearch,
  type JournalWriter,
  listEvents,
  listEvidence,
  loadJournal,
  openJournalWriter,
  RecordUnreachable,
  requeueResearch,
} from "@pharmadb/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptEndKey } from "./attempt-ends.ts";
import { openJournal } from "./open-journal.ts";
import { openWorld, TENANT, type World } from "./testing/open-world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A new attempt on the job, with its journal as a worker would open it. */
async function newAttempt(
  id: string,
  onWritten: () => void = () => undefined,
  { write, signal = new AbortController().signal }: { write?: JournalWriter; signal?: AbortSignal } = {},
) {
  const { sql } = world.database;
  const claim = await world.claimElsewhere(id);
  if (claim.outcome !== "claimed") throw new Error(`The claim was ${claim.outcome}.`);
  const stored = await loadJournal(sql, id);
  const { research } = claim;
  return openJournal({ sql, write: write ?? openJournalWriter(sql), research, stored, onWritten, signal });
}

const passage = (text: string) => ({ tool: "t", arguments: {}, query: null, content: { text }, sources: [] });

test("a replay answers with what was stored and runs nothing, evidence and usage included", async () => {
  const id = await world.create();
  let runs = 0;
  async function work(journal: Awaited<ReturnType<typeof newAttempt>>) {
    const model = await journal.step("model", async () => {
      runs++;
      return { output: { text: "a" }, usage: { model_calls: 1, cost_usd: 0.5 } };
    });
    const tools = await Promise.all(
      ["x", "y"].map((key) =>
        journal.toolStep(key, async () => {
          runs++;
          return { result: { ok: true, content: key, data: [key], evidence: [passage(key), passage(`${key}2`)] } };
        }),
      ),
    );
    return { model, tools, usage: journal.usage() };
  }
  const first = await work(await newAttempt(id));
  const second = await work(await newAttempt(id));
  expect(second).toEqual(first);
  expect(runs).toBe(3);
  expect(first.usage).toMatchObject({ model_calls: 1, tool_calls: 2, cost_usd: 0.5 });
  const evidence = await listEvidence(world.database.sql, TENANT, id);
  expect(evidence.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  expect(first.tools.flatMap((tool) => tool.evidence).toSorted((a, b) => a.n - b.n)).toEqual(evidence);
});

test("a step that throws is not stored and runs again", async () => {
  const journal = await newAttempt(await world.create());
  const failing = journal.step("key", () => Promise.reject(new Error("on purpose")));
  await expect(failing).rejects.toThrow("on purpose");
  expect(await journal.step("key", async () => ({ output: "second" }))).toBe("second");
});

test("an output of null counts as stored", async () => {
  const journal = await newAttempt(await world.create());
  await journal.step("key", async () => ({ output: null }));
  expect(await journal.step<string | null>("key", async () => ({ output: "again" }))).toBe(null);
});

test("events name the evidence of their step, and a replay adds none", async () => {
  const id = await world.create();
  for (const _attempt of [1, 2]) {
    const journal = await newAttempt(id);
    await journal.emit({ key: "called", type: "tool.called", data: {} });
    await journal.toolStep("tool", async () => ({
      result: { ok: true, content: "", data: null, evidence: [passage("a")] },
      events: (evidence) => [{ key: "returned", type: "tool.returned", data: { evidence } }],
    }));
  }
  const events = await listEvents(world.database.sql, TENANT, id, { after: 0, limit: 10 });
  expect(events.map(({ type }) => type)).toEqual([
    "research.queued",
    "research.started",
    "tool.called",
    "tool.returned",
    "research.resumed",
  ]);
  expect(events[3]?.data).toEqual({ evidence: [1] });
});

test("each write is told, and a replay that writes nothing is not", async () => {
  const id = await world.create();
  const told: number[] = [];
  for (const attempt of [1, 2]) {
    const journal = await newAttempt(id, () => told.push(attempt));
    await journal.step("key", async () => ({ output: 1 }));
    await journal.emit({ key: "event", type: "plan.created", data: {} });
    await journal.close();
  }
  expect(told).toEqual([1, 1]);
});

test("a failure that was paid for counts, is told again after a crash, and is asked again once the job is tried anew", async () => {
  const id = await world.create();
  let runs = 0;
  const ask = (journal: Awaited<ReturnType<typeof newAttempt>>) =>
    journal.step("key", async () => {
      runs++;
      const usage = { model_calls: 1, input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
      if (runs === 3) return { output: "at last", usage };
      return { failure: new AppError("model_malformed", `Malformed ${runs}.`), usage };
    });
  const first = await newAttempt(id);
  await expect(ask(first)).rejects.toMatchObject({ code: "model_malformed", message: "Malformed 1." });
  expect(first.usage()).toMatchObject({ model_calls: 1, cost_usd: 0.5 });
  await expect(ask(first)).rejects.toThrow("Malformed 1.");
  await expect(ask(await newAttempt(id))).rejects.toMatchObject({ code: "model_malformed", message: "Malformed 1." });
  const { sql } = world.database;
  for (const end of ["retried", "failed"] as const) {
    const research = await getResearch(sql, TENANT, id);
    const attempt = research?.attempt ?? 0;
    const note = { key: attemptEndKey(attempt), output: end };
    await requeueResearch(sql, { id, attempt, error: null, afterMs: 0, note });
    const next = ask(await newAttempt(id));
    await (end === "retried" ? expect(next).rejects.toThrow("Malformed 2.") : expect(next).resolves.toBe("at last"));
  }
  expect((await getResearch(sql, TENANT, id))?.usage).toMatchObject({
    model_calls: 3,
    input_tokens: 30,
    output_tokens: 15,
    cost_usd: 1.5,
  });
});

test("an attempt that has been superseded is refused every write", async () => {
  const id = await world.create();
  const older = await newAttempt(id);
  await newAttempt(id);
  const refused = { code: "superseded" };
  await expect(older.step("key", async () => ({ output: 1 }))).rejects.toMatchObject(refused);
  const result = { ok: true, content: "", data: null, evidence: [passage("a")] };
  await expect(older.toolStep("tool", async () => ({ result }))).rejects.toMatchObject(refused);
  await expect(older.emit({ key: "event", type: "plan.created", data: {} })).rejects.toMatchObject(refused);
  await older.close();
  expect((await listEvents(world.database.sql, TENANT, id, { after: 0, limit: 9 })).map(({ type }) => type)).toEqual([
    "research.queued",
    "research.started",
    "research.resumed",
  ]);
});

test("events are written with the step that follows them at once, in their order, or on their own", async () => {
  const id = await world.create();
  let writes = 0;
  const wrote = Promise.withResolvers<void>();
  const journal = await newAttempt(id, () => {
    writes++;
    if (writes === 2) wrote.resolve();
  });
  const event = (key: string) => ({ key, type: "tool.called", data: { key } }) as const;
  await journal.emit(event("a"));
  await journal.emit(event("b"));
  await journal.step("step", async () => ({ output: 1, events: [event("c")] }));
  expect(writes).toBe(1);
  await journal.emit(event("d"));
  await wrote.promise;
  const events = await listEvents(world.database.sql, TENANT, id, { after: 2, limit: 9 });
  expect(events.map(({ data }) => data.key)).toEqual(["a", "b", "c", "d"]);
});

test("a step of which the answer was lost is stored once, with its events, evidence and cost", async () => {
  const id = await world.create();
  const real = openJournalWriter(world.database.sql);
  let lost = 0;
  const write: JournalWriter = async (step) => {
    const written = await real(step);
    if (lost++ === 0) throw new RecordUnreachable(new Error("Connection terminated unexpectedly"));
    return written;
  };
  const journal = await newAttempt(id, () => undefined, { write });
  await journal.emit({ key: "called", type: "tool.called", data: {} });
  const result = await journal.toolStep("tool", async () => ({
    result: { ok: true, content: "", data: null, evidence: [passage("a")] },
    events: (evidence) => [{ key: "returned", type: "tool.returned", data: { evidence } }],
  }));
  await journal.emit({ key: "later", type: "step.completed", data: {} });
  await journal.close();
  expect(result.evidence.map(({ n }) => n)).toEqual([1]);
  expect(journal.usage()).toMatchObject({ tool_calls: 1 });
  expect(await getResearch(world.database.sql, TENANT, id)).toMatchObject({ usage: { tool_calls: 1 } });
  expect((await listEvents(world.database.sql, TENANT, id, { after: 2, limit: 9 })).map(({ type }) => type)).toEqual([
    "tool.called",
    "tool.returned",
    "step.completed",
  ]);
});

test("an attempt that is to end waits no longer for a record that is away", async () => {
  const stop = new AbortController();
  const write: JournalWriter = () => Promise.reject(new RecordUnreachable(new Error("connect ECONNREFUSED")));
  const journal = await newAttempt(await world.create(), () => undefined, { write, signal: stop.signal });
  const step = journal.step("key", async () => {
    stop.abort(new Error("on purpose"));
    return { output: 1 };
  });
  await expect(step).rejects.toThrow("ECONNREFUSED");
});
