import { createOpenAiModel, runResearch } from "@pharmadb/agents";
import { expect, test } from "vitest";
import { createMemoryJournal, emptyStore } from "../../../packages/agents/src/testing/memory-journal.ts";
import { createSampleTools, SAMPLE_JOB } from "../../../packages/agents/src/testing/sample-tools.ts";
import type { ScriptedAnswer } from "./build-response.ts";
import type { ResponsesBody } from "./check-request.ts";
import { type OpenAiDouble, startOpenAiDouble } from "./start-openai-double.ts";

const NEVER = new AbortController().signal;

/** Which role asks, by the name of the answer that it wants. */
function roleOf(body: ResponsesBody): string {
  return body.text?.format?.name ?? "";
}

function citations(body: ResponsesBody): number[] {
  return [...JSON.stringify(body.input).matchAll(/\[E(\d+)\]/g)].map(([, n]) => Number(n));
}

/** A language model that works as it should: two steps, a query and a report, with reasoning items in between. */
function script(body: ResponsesBody): ScriptedAnswer {
  const [n = 0] = citations(body);
  const finding = { statement: `There were 42 serious events [E${n}].`, evidence: [n], confidence: "high" };
  switch (roleOf(body)) {
    case "plan": {
      const steps = [
        { title: "Serious", question: "How many?" },
        { title: "All", question: "How many in all?" },
      ];
      return { text: { understanding: "Counts.", steps } };
    }
    case "findings":
      if (n === 0)
        return { toolCalls: [{ name: "tables_query", arguments: { sql: "SELECT count(*) AS n FROM adae" } }] };
      return { text: { findings: [finding], tables: [{ title: "Events", evidence: n }], not_understood: [] } };
    case "report":
      return {
        text: {
          title: "Serious events",
          answer: `There were 42 [E${n}]. Of these 17 were fatal [E${n}]. All were mild [E77].`,
          findings: [finding, { ...finding, statement: `There were 43 [E${n}].` }, { ...finding, evidence: [99] }],
          tables: [{ title: "Events", evidence: n }],
          limitations: [],
        },
      };
    default:
      return { text: { count: 42 } };
  }
}

async function research(double: OpenAiDouble, journal = createMemoryJournal()) {
  const model = createOpenAiModel({ apiKey: "key", baseURL: double.url, model: "gpt-5-mini" });
  const outputSchema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"] };
  const job = { ...SAMPLE_JOB, outputSchema: { ...outputSchema, additionalProperties: false } };
  return runResearch(job, { model, tools: createSampleTools(), journal }, NEVER);
}

test("a whole run speaks only what the API takes, and what the model made up is caught", async () => {
  await using double = await startOpenAiDouble({ script });
  const journal = createMemoryJournal();
  const report = await research(double, journal);
  expect(double.requests.map(({ status }) => status)).toEqual(Array(7).fill(200));
  for (const { body } of double.requests) {
    expect(body).toMatchObject({ store: false, text: { format: { strict: true } } });
  }
  expect(report.findings.map(({ verdict }) => verdict)).toEqual(["supported", "not_supported"]);
  expect(report.answer).not.toContain("E77");
  expect(report.limitations.join("\n")).toMatch(/E99[\s\S]*E77|E77[\s\S]*E99/);
  expect(report.limitations.join("\n")).toContain("17");
  expect(report).toMatchObject({ model: "gpt-5-mini", output: { count: 42 }, partial: false });
  expect(journal.usage()).toMatchObject({ model_calls: 7, tool_calls: 2 });
  expect(journal.usage().cost_usd).toBeGreaterThan(0);
});

test("a run that is cut off hands the stored reasoning back after a restart", async () => {
  await using double = await startOpenAiDouble({ script });
  const store = emptyStore();
  await expect(research(double, createMemoryJournal(store, 4))).rejects.toMatchObject({ code: "superseded" });
  const report = await research(double, createMemoryJournal(store));
  expect(report.findings[0]).toMatchObject({ verdict: "supported" });
  expect(double.requests.every(({ status }) => status === 200)).toBe(true);
});

test("malformed, truncated and failing answers on the way do not change the report", async () => {
  const seen = new Map<string, number>();
  await using double = await startOpenAiDouble({
    script(body) {
      const role = roleOf(body);
      const count = (seen.get(role) ?? 0) + 1;
      seen.set(role, count);
      if (role === "plan" && count === 1) return { text: "{not JSON" };
      if (role === "report" && count === 1) return { text: '{"title":', incomplete: "max_output_tokens" };
      return script(body);
    },
    faults: (index) => (index === 2 ? { kind: "status", status: 500 } : index === 4 ? { kind: "drop" } : null),
  });
  const report = await research(double);
  expect(report.findings.map(({ verdict }) => verdict)).toEqual(["supported", "not_supported"]);
});

test("a model that refuses every step fails the job as refused", async () => {
  await using double = await startOpenAiDouble({
    script: (body) => (roleOf(body) === "findings" ? { refusal: "I cannot." } : script(body)),
  });
  await expect(research(double)).rejects.toMatchObject({ code: "model_refused" });
});
