import type { JsonObject } from "@pharmadb/contracts";
import type OpenAI from "openai";
import type { ModelRequest, ToolAnswer, TranscriptItem } from "../model-client.ts";
import { strictSchema } from "./strict-schema.ts";

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;
type InputItem = OpenAI.Responses.ResponseInputItem;

// Models that do not reason have no reasoning to hand back and refuse to be asked for it.
const NOT_REASONING = /^(?:gpt-3|gpt-4|chatgpt-|gpt-5(?:\.\d+)?-chat)/;
/** The API refuses less. */
const LEAST_OUTPUT_TOKENS = 16;

/** One turn as a request of the Responses API. Nothing is stored there: the whole conversation goes each time. */
export function requestBody(model: string, request: ModelRequest): Body {
  const { instructions, prompt, transcript, tools, output } = request;
  return {
    model,
    store: false,
    ...(NOT_REASONING.test(model) ? {} : { include: ["reasoning.encrypted_content" as const] }),
    instructions,
    input: [userMessage(prompt), ...transcript.flatMap(inputItems)],
    ...(tools.length === 0 ? {} : { tools: tools.map(functionTool), parallel_tool_calls: true }),
    text: { format: { type: "json_schema", name: output.name, ...strictSchema(output.schema) } },
    max_output_tokens: Math.max(LEAST_OUTPUT_TOKENS, Math.floor(request.maxOutputTokens)),
  };
}

function functionTool({ name, description, inputSchema }: ModelRequest["tools"][number]) {
  const { schema, strict } = strictSchema(inputSchema);
  return { type: "function" as const, name, description, parameters: schema, strict };
}

function userMessage(text: string): InputItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

function inputItems(item: TranscriptItem): InputItem[] {
  if (item.kind === "correction") return [userMessage(item.text)];
  if (item.kind === "tool") {
    return [{ type: "function_call_output", call_id: item.answer.callId, output: toolOutput(item.answer) }];
  }
  // The provider's own items go back as they came: reasoning first, then what it led to.
  if (item.raw.length > 0) return item.raw as JsonObject[] as unknown as InputItem[];
  const text: InputItem[] = item.text === "" ? [] : [{ role: "assistant", content: item.text }];
  const calls = item.toolCalls.map(
    ({ callId, name, argumentsJson }): InputItem => ({
      type: "function_call",
      call_id: callId,
      name,
      arguments: argumentsJson,
    }),
  );
  return [...text, ...calls];
}

/** A tool's answer with the numbers to cite it by. */
function toolOutput({ ok, content, evidence }: ToolAnswer): string {
  if (!ok) return `Error: ${content}`;
  const names = evidence.map((n) => `[E${n}]`);
  if (names.length === 0) return content;
  if (names.length === 1) return `Cite this as ${names[0]}.\n${content}`;
  return `Cite the passages below, in their order, as ${names.join(", ")}.\n${content}`;
}
