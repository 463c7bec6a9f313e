import { AppError, type JsonObject, type Report } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { ModelRequest } from "./model-client.ts";
import type { ResearchJob } from "./research-job.ts";
import { runResearch } from "./run-research.ts";
import { createMemoryJournal, emptyStore, type JournalStore, type MemoryJournal } from "./testing/memory-journal.ts";
import { createSampleTools, SAMPLE_JOB } from "./testing/sample-tools.ts";
import { createScriptedModel, type ScriptedTurn, shownEvidence } from "./testing/scripted-model.ts";

const NEVER = new AbortController().signal;

type Script = (request: ModelRequest, signal: AbortSignal) => ScriptedTurn | Promise<ScriptedTurn>;

/** A model that does its work well: two steps, one query each, and a report that cites both. */
function good(request: ModelRequest): ScriptedTurn {
  if (request.role === "planner") return { answer: plan("Serious", "All") };
  if (request.role === "researcher") {
    const [n] = shownEvidence(request);
    if (n === undefined) return { calls: [{ name: "tables_query", args: { sql: `SELECT ${stepOf(request)}` } }] };
    return { answer: found(`There were 42 events [E${n}].`, n) };
  }
  const notes = request.task.notes as { evidence: { n: number }[] }[];
  const numbers = notes.flatMap(({ evidence }) => evidence.map(({ n }) => n));
  const findings = numbers.map((n) => ({ statement: `42 events [E${n}].`, evidence: [n], confidence: "high" }));
  const tables = numbers.slice(0, 1).map((evidence) => ({ title: "Counts", evidence }));
  return { answer: { title: "Events", answer: `42 events [E${numbers[0]}].`, findings, tables, limitations: [] } };
}

function plan(...titles: string[]) {
  return { understanding: "Counts.", steps: titles.map((title) => ({ title, question: `How many ${title}?` })) };
}

function found(statement: string, n: number) {
  const findings = [{ statement, evidence: [n], confidence: "high" }];
  return { findings, tables: [{ title: "Counts", evidence: n }], not_understood: [] };
}

function stepOf(request: ModelRequest): string {
  return (request.task.step as JsonObject | undefined)?.title as string;
}

async function run(
  script: Script = good,
  {
    job = {},
    journal,
    tools = createSampleTools(),
    signal = NEVER,
  }: {
    job?: Partial<ResearchJob>;
    journal?: MemoryJournal;
    tools?: ReturnType<typeof createSampleTools>;
    signal?: AbortSignal;
  } = {},
) {
  const model = createScriptedModel(script);
  const used = journal ?? createMemoryJournal();
  const report = await runResearch({ ...SAMPLE_JOB, ...job }, { model, tools, journal: used }, signal);
  return { report, model, journal: used, tools };
}

test("a question becomes a report whose findings are checked against their evidence", async () => {
  const { report, journal } = await run();
  expect(report).toMatchObject({
    title: "Events",
    model: "scripted",
    partial: false,
    findings: [
      { evidence: [1], verdict: "supported", issues: [] },
      { evidence: [2], verdict: "supported", issues: [] },
    ],
    tables: [{ title: "Counts", columns: ["n"], rows: [[42]], evidence: 1 }],
    limitations: [],
    output: null,
  });
  expect(report.searched).toEqual([
    { source: "files", query: "SELECT Serious", found: 1, used: 1 },
    { source: "files", query: "SELECT All", found: 1, used: 1 },
  ]);
  expect(report.markdown).toContain("42 events [E1]");
  expect(journal.keys.toSorted()).toEqual([
    "plan.turn.1.model",
    "research.1.turn.1.model",
    "research.1.turn.1.tool.1",
    "research.1.turn.2.model",
    "research.2.turn.1.model",
    "research.2.turn.1.tool.1",
    "research.2.turn.2.model",
    "write.turn.1.model",
  ]);
});

test("events come in the order of the work, with percents that never fall", async () => {
  const { journal } = await run();
  const types = journal.events.map(({ type }) => type);
  expect(types[0]).toBe("plan.created");
  expect(types.slice(-2)).toEqual(["report.drafted", "report.verified"]);
  for (const type of ["step.started", "tool.called", "tool.returned", "step.completed"] as const) {
    expect(types.filter((one) => one === type)).toHaveLength(2);
  }
  const percents = journal.events.flatMap(({ progress }) => progress?.percent ?? []);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(new Set(journal.events.map(({ key }) => key)).size).toBe(journal.events.length);
  expect(journal.events.at(-1)?.data).toMatchObject({ supported: 2, dropped: 0 });
});

test("a run cut off anywhere goes on to the same report without asking again what was answered", async () => {
  const whole = await run();
  for (let cut = 0; cut <= whole.journal.keys.length; cut++) {
    const store: JournalStore = emptyStore();
    const cutOff = run(good, { journal: createMemoryJournal(store, cut) }).catch((error: unknown) => error);
    if (cut < whole.journal.keys.length) expect(await cutOff).toMatchObject({ code: "superseded" });
    else await cutOff;
    const done = [...store.steps.keys()];
    const rest = createMemoryJournal(store);
    const { report } = await run(good, { journal: rest });
    expect(withoutOrder(report)).toEqual(withoutOrder(whole.report));
    expect(rest.keys.some((key) => done.includes(key))).toBe(false);
    expect(done.length + rest.keys.length).toBe(whole.journal.keys.length);
  }
});

// Parallel researchers may get their evidence numbers in either order.
function withoutOrder({ findings, limitations, title }: Report) {
  return { findings: findings.map(({ verdict }) => verdict), limitations, title };
}

test("no more than three researchers work at a time", async () => {
  let now = 0;
  let most = 0;
  await run(
    async (request) => {
      if (request.role === "planner") return { answer: plan("a", "b", "c", "d", "e", "f") };
      if (request.role !== "researcher") return good(request);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return good(request);
    },
    { job: { depth: "deep" } },
  );
  expect(most).toBe(3);
});

test("a plan has no more steps than the depth allows, and never none", async () => {
  const many = await run(
    (request) => (request.role === "planner" ? { answer: plan("a", "b", "c", "d") } : good(request)),
    {
      job: { depth: "quick" },
    },
  );
  expect(many.journal.keys.filter((key) => key === "research.1.turn.2.model" || key.startsWith("research.2"))).toEqual([
    "research.1.turn.2.model",
  ]);
  const none = await run((request) => (request.role === "planner" ? { answer: plan() } : good(request)));
  expect(none.model.requests.find(({ role }) => role === "researcher")?.prompt).toContain(SAMPLE_JOB.question);
});

test("a researcher that fails for its own reasons becomes a limitation", async () => {
  const { report } = await run((request) => {
    if (request.role === "researcher" && stepOf(request) === "All") throw new AppError("model_refused", "No.");
    return good(request);
  });
  expect(report.findings).toHaveLength(1);
  expect(report.limitations).toEqual([expect.stringMatching(/"All".*No\./)]);
});

test("when no researcher found anything, the failure of one is the job's", async () => {
  const failing = run((request) => {
    if (request.role === "researcher") throw new AppError("model_refused", "No.");
    return good(request);
  });
  await expect(failing).rejects.toMatchObject({ code: "model_refused" });
});

test.each(["model_unavailable", "timeout", "superseded", "unauthorized"] as const)(
  "%s in one researcher ends the job and stops the others",
  async (code) => {
    let stopped = false;
    const failing = run((request, signal) => {
      if (request.role !== "researcher") return good(request);
      if (stepOf(request) === "All") throw new AppError(code, "Gone.");
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          stopped = true;
          reject(signal.reason);
        });
      });
    });
    await expect(failing).rejects.toMatchObject({ code });
    expect(stopped).toBe(true);
  },
);

test("a cancelled job ends with the reason of its signal", async () => {
  const controller = new AbortController();
  const cancelled = run(
    (request) => {
      if (request.role === "writer") controller.abort(new AppError("cancelled", "Cancelled."));
      controller.signal.throwIfAborted();
      return good(request);
    },
    { signal: controller.signal },
  );
  await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
});

test("a malformed answer is sent back once with the reason", async () => {
  let asked = 0;
  const { report, model } = await run((request) => {
    if (request.role === "writer" && asked++ === 0) return { text: '{"title": 3}' };
    return good(request);
  });
  expect(report.findings).toHaveLength(2);
  const last = model.requests.at(-1);
  expect(last?.transcript).toMatchObject([
    { kind: "model" },
    { kind: "correction", text: expect.stringContaining("title") },
  ]);
});

test("a second malformed answer ends the job and counts, and a retry asks that turn again", async () => {
  const store = emptyStore();
  const oops = (request: ModelRequest) => (request.role === "writer" ? { text: "oops" } : good(request));
  const end = { code: "model_malformed", message: expect.stringContaining("JSON") };
  await expect(run(oops, { journal: createMemoryJournal(store) })).rejects.toMatchObject(end);
  const paid = { model_calls: 7, input_tokens: 700, output_tokens: 140 };
  expect(store.usage).toMatchObject(paid);
  // A run that goes on after a crash has the answer that was paid for, and comes to the same end.
  await expect(run(good, { journal: createMemoryJournal(store) })).rejects.toMatchObject(end);
  expect(store.usage).toMatchObject(paid);
  const { journal } = await run(good, { journal: createMemoryJournal(store, Number.POSITIVE_INFINITY, 1) });
  expect(journal.keys).toEqual(["write.turn.2.model"]);
});

test("what a refusal cost is counted, and a budget that it spends ends the others", async () => {
  const details = { input_tokens: 900, output_tokens: 50, cost_usd: 1 };
  const journal = createMemoryJournal();
  const refused = run(
    (request) => {
      if (request.role !== "researcher" || stepOf(request) !== "All") return good(request);
      throw new AppError("model_refused", "No.", { details });
    },
    { journal, job: { budget: { max_cost_usd: 1 } } },
  );
  await expect(refused).rejects.toMatchObject({ code: "budget_exceeded" });
  expect(journal.usage()).toMatchObject({ input_tokens: 1100, output_tokens: 90 });
  expect(journal.keys).toContain("research.2.turn.1.model.failed.0");
});

test("what a truncated answer cost is counted", async () => {
  let asked = 0;
  const details = { input_tokens: 7, output_tokens: 5, cost_usd: 1 };
  const { journal } = await run((request) => {
    if (request.role === "planner" && asked++ === 0) throw new AppError("model_malformed", "Cut off.", { details });
    return good(request);
  });
  expect(journal.usage()).toMatchObject({ model_calls: 7, input_tokens: 607, output_tokens: 125 });
});

test("a researcher gets no tools in its last turn and is told so", async () => {
  const { model, report } = await run(
    (request) => {
      if (request.role !== "researcher" || request.tools.length === 0) return good(request);
      return { calls: [{ name: "tables_query", args: { sql: "SELECT 1" } }] };
    },
    { job: { depth: "quick" } },
  );
  const last = model.requests.filter(({ role }) => role === "researcher").at(-1);
  expect(last?.tools).toEqual([]);
  expect(last?.transcript.at(-1)).toMatchObject({ kind: "correction", text: expect.stringContaining("last turn") });
  expect(report.findings.length).toBeGreaterThan(0);
});

test("calls beyond sixteen in a turn and of tools that were not offered are answered unrun", async () => {
  const { tools, model } = await run(
    (request) => {
      if (request.role !== "researcher" || request.transcript.length > 0) return good(request);
      const calls = Array.from({ length: 20 }, (_, index) => ({
        name: "tables_query",
        args: { sql: `SELECT ${index}` },
      }));
      return { calls: [{ name: "openfda_search", args: {} }, ...calls] };
    },
    { job: { depth: "quick" } },
  );
  expect(tools.calls).toHaveLength(15);
  const transcript = model.requests.find(
    ({ role, transcript: items }) => role === "researcher" && items.length > 0,
  )?.transcript;
  expect(transcript?.filter((item) => item.kind === "tool" && !item.answer.ok)).toHaveLength(6);
});

test("bad arguments of a tool are answered to the model and shown in the events", async () => {
  const refused = { ok: false, content: "Not JSON.", data: null, evidence: [] };
  const tools = createSampleTools((name, args) => (name === "tables_query" && args === "{" ? refused : undefined));
  const { journal, report } = await run(
    (request) => {
      if (request.role !== "researcher" || request.transcript.length > 0) return good(request);
      return { calls: [{ name: "tables_query", args: "{" }] };
    },
    { tools },
  );
  expect(journal.events.find(({ type }) => type === "tool.called")?.data.arguments).toEqual({ unreadable: "{" });
  expect(report.searched).toHaveLength(2);
});

test("arguments nested so deep that nobody could write them down are shown as text", async () => {
  const deep = `{"sql": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  const tools = createSampleTools((name, args) =>
    name === "tables_query" && args === deep ? { ok: false, content: "No.", data: null, evidence: [] } : undefined,
  );
  const { journal } = await run(
    (request) => {
      if (request.role !== "researcher" || request.transcript.length > 0) return good(request);
      return { calls: [{ name: "tables_query", args: deep }] };
    },
    { tools },
  );
  const called = journal.events.find(({ type }) => type === "tool.called");
  expect(JSON.stringify(called?.data.arguments)).toContain('{"unreadable":"{\\"sql\\": [[[');
});

test("a spent budget ends the run with what was found by then", async () => {
  // Plan, two turns of the first researcher and one of the second: 480 tokens.
  const serial: Script = async (request) => {
    if (request.role === "researcher" && stepOf(request) === "All" && shownEvidence(request).length === 0)
      await settled();
    return good(request);
  };
  const { report, journal } = await run(serial, { job: { budget: { max_tokens: 480 + 255 } } });
  expect(report).toMatchObject({ partial: true, findings: [{ verdict: "supported" }] });
  expect(report.title).toContain("Partial report");
  expect(report.limitations.join(" ")).toMatch(/budget/i);
  expect(journal.events.map(({ type }) => type)).toContain("report.drafted");
});

// Long enough for another researcher, whose turns take a few microtasks each, to finish.
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("a budget that is spent before anything was found fails the job", async () => {
  await expect(run(good, { job: { budget: { max_tokens: 300 } } })).rejects.toMatchObject({ code: "budget_exceeded" });
  await expect(run(good, { job: { budget: { max_cost_usd: 0.005 } } })).rejects.toMatchObject({
    code: "budget_exceeded",
  });
});

test("an answer may take no more tokens than the budget leaves", async () => {
  const { model } = await run(good, { job: { budget: { max_tokens: 3000 } } });
  expect(model.requests[0]?.maxOutputTokens).toBe(3000);
  expect(model.requests[1]?.maxOutputTokens).toBe(2880);
});

test("only the tools of the sources asked for are offered, and a source without tools is named", async () => {
  const files = await run();
  const offered = (requests: ModelRequest[]) =>
    requests.find(({ role }) => role === "researcher")?.tools.map(({ name }) => name);
  expect(offered(files.model.requests)).toEqual(["tables_list", "tables_describe", "tables_query"]);
  const both = await run(good, { job: { sources: ["files", "openfda", "pubmed"] } });
  expect(offered(both.model.requests)).toContain("openfda_search");
  expect(both.report.limitations).toEqual([expect.stringContaining("pubmed")]);
});

test("a search that found nothing is listed", async () => {
  const nothing = { columns: [{ name: "n", type: "BIGINT" }], rows: [], row_count: 0, truncated: false };
  const tools = createSampleTools((name) =>
    name === "tables_query" ? { ok: true, content: "", data: nothing, evidence: [] } : undefined,
  );
  const { report } = await run(
    (request) => {
      if (request.role !== "researcher" || request.transcript.length === 0) return good(request);
      return { answer: { findings: [], tables: [], not_understood: ["Nothing there."] } };
    },
    { tools },
  );
  expect(report.searched).toContainEqual({ source: "files", query: "SELECT Serious", found: 0, used: 0 });
});

const OUTPUT_SCHEMA = {
  type: "object",
  properties: { count: { type: "integer" }, code: { type: "string", pattern: "^(a+)+$" } },
  required: ["count"],
  additionalProperties: false,
};

test("the output fits the client's schema or is null with the reason", async () => {
  const answers = (answer: unknown) =>
    run((request) => (request.role === "output" ? { answer } : good(request)), {
      job: { outputSchema: OUTPUT_SCHEMA },
    });
  const fitting = await answers({ count: 42, code: "b" });
  expect(fitting.report.output).toEqual({ count: 42, code: "b" });
  expect(fitting.report.limitations).toEqual([expect.stringContaining("Patterns")]);
  const unfitting = await answers({ count: "many" });
  expect(unfitting.report.output).toBeNull();
  expect(unfitting.report.limitations).toEqual([expect.stringContaining("count")]);
});

test("a client's schema that is no object is asked for in a wrapping and handed over without it", async () => {
  const { report, model } = await run(
    (request) => (request.role === "output" ? { answer: { output: [1, 2] } } : good(request)),
    { job: { outputSchema: { type: "array", items: { $ref: "#/$defs/n" }, $defs: { n: { type: "integer" } } } } },
  );
  expect(report.output).toEqual([1, 2]);
  expect(model.requests.at(-1)?.output.schema).toMatchObject({ type: "object", $defs: { n: { type: "integer" } } });
});

test("a client's schema without an end costs its output and not the report", async () => {
  const outputSchema = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } };
  const { report } = await run((request) => (request.role === "output" ? { answer: { output: 1 } } : good(request)), {
    job: { outputSchema },
  });
  expect(report.output).toBeNull();
  expect(report.limitations).toEqual([expect.stringContaining("Maximum call stack size exceeded")]);
  expect(report.findings).toHaveLength(2);
});

test("the embedded analyst leaves the output empty and says so", async () => {
  const model = { ...createScriptedModel(good), name: "embedded-analyst" };
  const job = { ...SAMPLE_JOB, outputSchema: OUTPUT_SCHEMA };
  const report = await runResearch(job, { model, tools: createSampleTools(), journal: createMemoryJournal() }, NEVER);
  expect(report.output).toBeNull();
  expect(report.limitations).toEqual([expect.stringContaining("embedded analyst")]);
});

test("a limit on cost that cannot be kept is a limitation", async () => {
  const model = { ...createScriptedModel(good), isPriced: false };
  const job = { ...SAMPLE_JOB, budget: { max_cost_usd: 5 } };
  const report = await runResearch(job, { model, tools: createSampleTools(), journal: createMemoryJournal() }, NEVER);
  expect(report.limitations).toEqual([expect.stringContaining("price")]);
});

test("files that could not be had are told to the planner and stand in the report, and the others are searched", async () => {
  const missingFiles = [{ name: "dm.csv (file_2)", reason: "It has been deleted." }];
  const { report, model } = await run(good, { job: { missingFiles } });
  expect(report.limitations).toEqual([
    "The file dm.csv (file_2) could not be read and was not searched. It has been deleted.",
  ]);
  // In Markdown an underscore is written so that it stays one.
  expect(report.markdown).toContain("dm.csv (file\\_2) could not be read");
  expect(report.findings).toHaveLength(2);
  const asked = model.requests.find(({ role }) => role === "planner");
  expect(asked?.prompt).toContain("dm.csv (file_2) came with this question but cannot be read");
});
