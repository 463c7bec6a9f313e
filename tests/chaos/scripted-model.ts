import type { Random } from "../../samples/random.ts";
import type { ScriptedAnswer } from "../doubles/openai/build-response.ts";
import type { ResponsesBody } from "../doubles/openai/check-request.ts";
import type { Fault } from "../doubles/openai/fault.ts";
import { type OpenAiDouble, startOpenAiDouble } from "../doubles/openai/start-openai-double.ts";

const LATENCY_MS = 50;
const FAULT_SHARE = 0.05;
const FAULTS: [Fault, ...Fault[]] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "status", status: 429, retryAfterSeconds: 1 },
  { kind: "drop" },
  { kind: "cut" },
  { kind: "not_json" },
];
const FINDING = { statement: "There are 3 adverse events [E1].", evidence: [1], confidence: "high" };

/** A call that the model answered: the question of its job, the journal key of its step, and when it had come. */
type AnsweredCall = { question: string; stepKey: string; cameAt: Date };

export type ScriptedModel = AsyncDisposable & { url: string; answered: AnsweredCall[]; double: OpenAiDouble };

/** A service that answers each job's four calls after a while, and one call in twenty with a fault. */
export async function startScriptedModel(random: Random): Promise<ScriptedModel> {
  const answered: AnsweredCall[] = [];
  const double = await startOpenAiDouble({
    latencyMs: LATENCY_MS,
    faults: () => (random.chance(FAULT_SHARE) ? random.pick(FAULTS) : null),
    script(body) {
      const { stepKey, answer } = turnOf(body);
      answered.push({ question: questionOf(body), stepKey, cameAt: new Date(Date.now() - LATENCY_MS) });
      return answer;
    },
  });
  return { url: double.url, answered, double, [Symbol.asyncDispose]: () => double.close() };
}

/** Each job asks another question, so that a call tells whose it is. */
export const questionNumber = (n: number) => `How many adverse events are there in study ${n}?`;

function questionOf(body: ResponsesBody): string {
  return /How many adverse events are there in study \d+\?/.exec(JSON.stringify(body.input))?.[0] ?? "";
}

/** What the model says to a call, and the journal key of the step that it belongs to. */
export function turnOf(body: ResponsesBody): { stepKey: string; answer: ScriptedAnswer } {
  const hasLooked = JSON.stringify(body.input).includes("function_call_output");
  switch (body.text?.format?.name) {
    case "plan": {
      const steps = [{ title: "Count", question: "How many events?" }];
      return { stepKey: "plan.turn.1.model", answer: { text: { understanding: "Count.", steps } } };
    }
    case "findings": {
      if (hasLooked) {
        const text = { findings: [FINDING], tables: [], not_understood: [] };
        return { stepKey: "research.1.turn.2.model", answer: { text } };
      }
      const query = { sql: "select count(*) as events from ae", purpose: "Count" };
      return {
        stepKey: "research.1.turn.1.model",
        answer: { toolCalls: [{ name: "tables_query", arguments: query }] },
      };
    }
    default: {
      const answer = FINDING.statement;
      const text = { title: "Events", answer, findings: [FINDING], tables: [], limitations: [] };
      return { stepKey: "write.turn.1.model", answer: { text } };
    }
  }
}
