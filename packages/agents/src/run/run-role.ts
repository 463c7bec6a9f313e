import { AppError, type JsonObject, type JsonValue, type Usage } from "@pharmadb/contracts";
import type { z } from "zod";
import type { Journal, JournalEvent, PaidFailure, StepResult } from "../journal.ts";
import type { ModelClient, ModelRequest, ToolAnswer, ToolCall, TranscriptItem } from "../model-client.ts";
import { paidUsage } from "../paid-usage.ts";
import { strictOutput } from "../roles/strict-output.ts";
import type { BudgetGuard } from "./budget-guard.ts";
import { readAnswer } from "./read-answer.ts";

/** One role at work: what it is asked and how its answer must look. */
export type RoleCall<S extends z.ZodType> = {
  /** Prefix of its journal keys, such as `plan` or `research.2`. */
  key: string;
  role: string;
  instructions: string;
  prompt: string;
  task: JsonObject;
  output: { name: string; schema: S; jsonSchema?: JsonObject };
  tools: ModelRequest["tools"];
  maxTurns: number;
  maxOutputTokens: number;
  /** Runs one call of a tool; `key` is the journal key of the call. */
  callTool?: (key: string, call: ToolCall) => Promise<ToolAnswer>;
  /** Told after each turn that asked for tools. */
  onTurn?: (turn: number) => void;
  /** Events stored together with the final answer. */
  events?: (output: z.output<S>) => JournalEvent[];
};

export type RoleDeps = { model: ModelClient; journal: Journal; budget: BudgetGuard };

/** What the journal keeps of a turn. A complaint stands where the answer was of no use. */
type Turn = { text: string; toolCalls: ToolCall[]; raw: JsonValue[]; complaint: string | null };

const LAST_TURN = "This is your last turn: no tool can be called any more. Give your final answer with what you have.";
/** Calls of one turn beyond this are answered unrun, so that one answer cannot start a thousand queries. */
const MAX_CALLS_PER_TURN = 16;

/**
 * Turns of model and tools until the role's final answer. An answer that does not fit its schema is sent back once
 * with the reason and one more turn; the second one ends the role with `model_malformed`.
 */
export async function runRole<S extends z.ZodType>(
  call: RoleCall<S>,
  deps: RoleDeps,
  signal: AbortSignal,
): Promise<z.output<S>> {
  const transcript: TranscriptItem[] = [];
  let corrected = false;
  for (let number = 1; number <= call.maxTurns + (corrected ? 1 : 0); number++) {
    signal.throwIfAborted();
    const last = number >= call.maxTurns;
    if (last && transcript.length > 0 && call.tools.length > 0)
      transcript.push({ kind: "correction", text: LAST_TURN });
    const key = `${call.key}.turn.${number}`;
    const turn = await deps.journal.step<Turn>(`${key}.model`, () =>
      takeTurn(call, { transcript, last, mayCorrect: !corrected }, deps, signal),
    );
    if (turn.complaint === null && turn.toolCalls.length === 0) {
      return readAnswer(call.output.schema, turn.text).value as z.output<S>;
    }
    transcript.push({ kind: "model", text: turn.text, toolCalls: turn.toolCalls, raw: turn.raw });
    for (const [index, toolCall] of turn.toolCalls.entries()) {
      const run = turn.complaint === null && index < MAX_CALLS_PER_TURN ? call.callTool : undefined;
      const answer = run ? await run(`${key}.tool.${index + 1}`, toolCall) : notRun(toolCall);
      transcript.push({ kind: "tool", answer });
    }
    call.onTurn?.(number);
    if (turn.complaint === null) continue;
    corrected = true;
    transcript.push({ kind: "correction", text: turn.complaint });
  }
  throw new AppError("model_malformed", `The ${call.role} gave no final answer in ${call.maxTurns} turns.`);
}

type TurnState = { transcript: TranscriptItem[]; last: boolean; mayCorrect: boolean };

/** One call of the model. A refusal and the second malformed answer end the role, and count as what they cost. */
async function takeTurn<S extends z.ZodType>(
  call: RoleCall<S>,
  state: TurnState,
  { model, budget }: RoleDeps,
  signal: AbortSignal,
): Promise<StepResult<Turn> | PaidFailure> {
  budget.check();
  const request: ModelRequest = {
    role: call.role,
    instructions: call.instructions,
    prompt: call.prompt,
    task: call.task,
    transcript: [...state.transcript],
    tools: state.last ? [] : call.tools,
    output: { name: call.output.name, schema: call.output.jsonSchema ?? strictOutput(call.output.schema) },
    maxOutputTokens: budget.outputTokens(call.maxOutputTokens),
  };
  const answered = await respond(model, request, signal);
  if ("failure" in answered) return answered;
  const { usage, ...answer } = answered;
  const complaint = answer.complaint ?? complaintOf(call, answer, state.last);
  if (complaint !== null && !state.mayCorrect) {
    return { failure: new AppError("model_malformed", `The ${call.role}: ${complaint}`), usage };
  }
  const final = complaint === null && answer.toolCalls.length === 0;
  const events = final ? (call.events?.(readAnswer(call.output.schema, answer.text).value as z.output<S>) ?? []) : [];
  return { output: { ...answer, complaint }, usage, events };
}

async function respond(
  model: ModelClient,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<(Turn & { usage: Partial<Usage> }) | PaidFailure> {
  try {
    const { text, toolCalls, raw, usage } = await model.respond(request, signal);
    return { text, toolCalls, raw, usage: { model_calls: 1, ...usage }, complaint: null };
  } catch (error) {
    const paid = paidUsage(error);
    const usage = { model_calls: 1, ...paid };
    if (!(error instanceof AppError)) throw error;
    if (error.code === "model_malformed") {
      return { text: "", toolCalls: [], raw: [], usage, complaint: error.message };
    }
    if (error.code === "model_refused" || paid) return { failure: error, usage };
    throw error;
  }
}

function complaintOf<S extends z.ZodType>(call: RoleCall<S>, answer: Turn, last: boolean): string | null {
  if (answer.toolCalls.length === 0) return readAnswer(call.output.schema, answer.text).problem;
  return last || !call.callTool ? "No tool can be called here. Give the final answer." : null;
}

function notRun({ callId, name }: ToolCall): ToolAnswer {
  const content = "Not run: too many calls at once, or no tool can be called any more.";
  return { callId, name, content, data: null, evidence: [], ok: false };
}
