import { AppError, type JsonObject } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { ModelRequest } from "./model-client.ts";
import { runResearch } from "./run-research.ts";
import { createMemoryJournal } from "./testing/memory-journal.ts";
import { createSampleTools, SAMPLE_JOB } from "./testing/sample-tools.ts";
import { createScriptedModel, type ScriptedTurn, shownEvidence } from "./testing/scripted-model.ts";

const OUTPUT_SCHEMA = { type: "object", properties: { count: { type: "integer" } }, additionalProperties: false };

const stepOf = (request: ModelRequest) => (request.task.step as JsonObject).title;

/** Plans two steps, and in each of them finds what one query gives. */
function work(request: ModelRequest): ScriptedTurn {
  if (request.role === "planner") {
    const steps = ["Serious", "All"].map((title) => ({ title, question: `How many ${title}?` }));
    return { answer: { understanding: "Counts.", steps } };
  }
  const [n] = shownEvidence(request);
  if (n === undefined) return { calls: [{ name: "tables_query", args: { sql: `SELECT ${stepOf(request)}` } }] };
  const findings = [{ statement: `There were 42 events [E${n}].`, evidence: [n], confidence: "high" }];
  return { answer: { findings, tables: [{ title: "Counts", evidence: n }], not_understood: [] } };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new AppError("cancelled", "The call was cut off.")), { once: true });
  });
}

/** A run whose model hangs where `hangs` says; `reason` then ends it once all else that can be done is done. */
async function runUntilHung(hangs: (request: ModelRequest) => boolean, reason: unknown) {
  const stop = new AbortController();
  const journal = createMemoryJournal();
  const model = createScriptedModel(async (request, signal) => {
    if (!hangs(request)) return work(request);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    setImmediate(() => stop.abort(reason));
    return untilAborted(signal);
  });
  const deps = { model, tools: createSampleTools(), journal };
  const run = runResearch({ ...SAMPLE_JOB, outputSchema: OUTPUT_SCHEMA }, deps, stop.signal);
  return { run, model, journal };
}

const timeout = () => new AppError("timeout", "The job did not end within its 10 seconds.");
const inStep = (title: string) => (request: ModelRequest) => request.role === "researcher" && stepOf(request) === title;

test("a deadline during the research gives a partial report of what was found by then, without another call", async () => {
  const { run, model, journal } = await runUntilHung(inStep("All"), timeout());
  const report = await run;
  expect(report).toMatchObject({ partial: true, output: null, findings: [{ verdict: "supported" }] });
  expect(report.tables).toHaveLength(1);
  expect(report.title).toContain("Partial report");
  expect(report.limitations).toContainEqual(expect.stringMatching(/"All" was not finished.*within its 10 seconds/));
  expect(model.requests.map(({ role }) => role)).not.toContain("writer");
  expect(journal.events.slice(-2).map(({ type }) => type)).toEqual(["report.drafted", "report.verified"]);
});

test("a deadline during the writing gives a partial report of all findings", async () => {
  const { run, model } = await runUntilHung(({ role }) => role === "writer", timeout());
  expect(await run).toMatchObject({ partial: true, output: null, findings: [{}, {}] });
  expect(model.requests.at(-1)?.role).toBe("writer");
});

test("a deadline before anything was found ends the run with its reason", async () => {
  const planning = await runUntilHung(({ role }) => role === "planner", timeout());
  await expect(planning.run).rejects.toThrow();
  const researching = await runUntilHung(({ role }) => role === "researcher", timeout());
  await expect(researching.run).rejects.toMatchObject({ code: "timeout" });
});

test("whoever cancels wants no report, however much was found", async () => {
  const { run, journal } = await runUntilHung(inStep("All"), new AppError("cancelled", "The job was cancelled."));
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
  expect(journal.events.map(({ type }) => type)).not.toContain("report.drafted");
});
