// The double of the model service in a process of its own, so that its CPU is not counted as the worker's. Each job
// asks it four times (plan, a tool call, what was found, the report), and each answer takes the time given.
import type { ScriptedAnswer } from "../tests/doubles/openai/build-response.ts";
import type { ResponsesBody } from "../tests/doubles/openai/check-request.ts";
import { startOpenAiDouble } from "../tests/doubles/openai/start-openai-double.ts";
import { serveBench } from "./child-process.ts";

const ANSWERS: Record<string, object> = {
  plan: { understanding: "A benchmark asks.", steps: [{ title: "Look", question: "What is there?" }] },
  findings: { findings: [], tables: [], not_understood: ["Nothing to read was given."] },
  report: { title: "Nothing found", answer: "Nothing was found.", findings: [], tables: [], limitations: [] },
};

function answer(body: ResponsesBody): ScriptedAnswer {
  const wanted = body.text?.format?.name ?? "";
  const hasLooked = JSON.stringify(body.input).includes("function_call_output");
  if (wanted === "findings" && !hasLooked) return { toolCalls: [{ name: "tables_list", arguments: "{}" }] };
  return { text: ANSWERS[wanted] ?? {} };
}

const [latencyMs = ""] = process.argv.slice(2);
const double = await startOpenAiDouble({ script: answer, latencyMs: Number(latencyMs) });
serveBench(
  async () => ({ url: double.url, requests: double.requests.length }),
  () => double.close(),
);
