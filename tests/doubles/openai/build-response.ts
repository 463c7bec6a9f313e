import { randomUUID } from "node:crypto";
import type { Issued } from "./check-input-items.ts";
import type { ResponsesBody } from "./check-request.ts";

/** What the scripted model answers. */
export type ScriptedAnswer = {
  /** Final text; an object is sent as JSON. */
  text?: string | object;
  toolCalls?: { name: string; arguments: string | object; callId?: string }[];
  /** Whether a reasoning item comes first; default true for models that reason. */
  reasoning?: boolean;
  refusal?: string;
  incomplete?: "max_output_tokens" | "content_filter";
  failed?: { code: string; message: string };
  usage?: { input_tokens: number; output_tokens: number; cached_tokens?: number };
};

const CHARACTERS_PER_TOKEN = 4;

/** The answer as a response object of the API; remembers what must come back with the next turn. */
export function buildResponse(body: ResponsesBody, answer: ScriptedAnswer, issued: Issued): Record<string, unknown> {
  const output = outputItems(body, answer, issued);
  const status = answer.failed ? "failed" : answer.incomplete ? "incomplete" : "completed";
  return {
    id: newItemId("resp"),
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    status,
    background: false,
    error: answer.failed ?? null,
    incomplete_details: answer.incomplete ? { reason: answer.incomplete } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: `${body.model}-2026-01-01`,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    store: body.store ?? true,
    temperature: 1,
    text: body.text ?? { format: { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    tools: body.tools ?? [],
    top_p: 1,
    truncation: "disabled",
    usage: usageOf(body, answer, output),
    metadata: {},
  };
}

function outputItems(body: ResponsesBody, answer: ScriptedAnswer, issued: Issued): Record<string, unknown>[] {
  const wantsReasoning = answer.reasoning ?? Array.isArray(body.include);
  const reasoning = wantsReasoning ? reasoningItem(issued) : null;
  const calls = (answer.toolCalls ?? []).map(({ name, arguments: args, callId }) => {
    const id = newItemId("fc");
    if (reasoning) issued.reasoningOf.set(id, reasoning.id);
    const text = typeof args === "string" ? args : JSON.stringify(args);
    const status = "completed";
    return { id, type: "function_call", status, call_id: callId ?? newItemId("call"), name, arguments: text };
  });
  const content = messageContent(answer);
  const status = answer.incomplete ? "incomplete" : "completed";
  const message = content && { id: newItemId("msg"), type: "message", status, role: "assistant", content: [content] };
  return [...(reasoning ? [reasoning] : []), ...(message ? [message] : []), ...calls];
}

function messageContent({ text, refusal }: ScriptedAnswer): Record<string, unknown> | null {
  if (refusal !== undefined) return { type: "refusal", refusal };
  if (text === undefined) return null;
  const shown = typeof text === "string" ? text : JSON.stringify(text);
  return { type: "output_text", text: shown, annotations: [], logprobs: [] };
}

function reasoningItem(issued: Issued) {
  const id = newItemId("rs");
  const encrypted_content = `encrypted-${randomUUID()}`;
  issued.encrypted.set(id, encrypted_content);
  return { id, type: "reasoning", summary: [], encrypted_content };
}

function usageOf(body: ResponsesBody, { usage }: ScriptedAnswer, output: unknown): Record<string, unknown> {
  const count = (value: unknown) => Math.ceil(JSON.stringify(value).length / CHARACTERS_PER_TOKEN);
  const input_tokens = usage?.input_tokens ?? count(body);
  const output_tokens = usage?.output_tokens ?? count(output);
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: usage?.cached_tokens ?? 0, cache_write_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
}

function newItemId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "")}`;
}
