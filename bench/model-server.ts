// The double of the model service in a process of its own, so that its CPU is not counted as the worker's. Each job
// asks it four times (plan, a tool call, what was found, the report), and each answer takes the time given. The tool
// called lists the tables, or runs the SQL that is given.
import type { ScriptedAnswer } from "../tests/doubles/openai/build-response.ts";
import type { ResponsesBody } from "../tests/doubles/openai/check-request.ts";
import { startOpenAiDouble } from "../tests/doubles/openai/start-openai-double.ts";
import { serveBench } from "./child-process.ts";

const ANSWERS: Record<string, object> = {
  plan: { understanding: "A benchmark asks.", steps: [{ title: "Look", question: "What is there?" }] },
  findings: { findings: [], tables: [], not_understood: ["Nothing to read was given."] },
  report: { title: "Nothing found", answer: "Nothing was found.", findings: [], tables: [], limitations: [] },
};

export type ModelServerAnswer = {
  url: string;
  /** One request of each kind as it came in, in the order of a job. */
  bodies: ResponsesBody[];
};

const [latencyMs = "", sql = ""] = process.argv.slice(2);
const bodies = new Map<string, ResponsesBody>();

function answer(body: ResponsesBody): ScriptedAnswer {
  const wanted = body.text?.format?.name ?? "";
  const hasLooked = JSON.stringify(body.input).includes("function_call_output");
  const kind = `${wanted} ${hasLooked}`;
  if (!bodies.has(kind)) bodies.set(kind, body);
  if (wanted !== "findings" || hasLooked) return { text: ANSWERS[wanted] ?? {} };
  if (sql === "") return { toolCalls: [{ name: "tables_list", arguments: "{}" }] };
  return { toolCalls: [{ name: "tables_query", arguments: { sql, purpose: "To see what is there." } }] };
}

const double = await startOpenAiDouble({ script: answer, latencyMs: Number(latencyMs) });
serveBench<unknown, ModelServerAnswer>(
  async () => ({ url: double.url, bodies: [...bodies.values()] }),
  () => double.close(),
);
