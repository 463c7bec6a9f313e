import type { ModelClient, ModelRequest, ModelResponse, ToolCall } from "../model-client.ts";

/** What a scripted model says in a turn: its final answer, or the tools it asks for. */
export type ScriptedTurn = { answer: unknown } | { text: string } | { calls: { name: string; args: unknown }[] };

export type ScriptedModel = ModelClient & { requests: ModelRequest[] };

const USAGE = { input_tokens: 100, output_tokens: 20, cost_usd: 0.01 };

/** A model whose turns are a function of the request; each costs 120 tokens and a cent. */
export function createScriptedModel(
  script: (request: ModelRequest, signal: AbortSignal) => ScriptedTurn | Promise<ScriptedTurn>,
): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: "scripted",
    requests,
    async respond(request, signal): Promise<ModelResponse> {
      signal.throwIfAborted();
      requests.push(request);
      const turn = await script(request, signal);
      if ("text" in turn) return { text: turn.text, toolCalls: [], raw: [], usage: USAGE };
      if ("answer" in turn) return { text: JSON.stringify(turn.answer), toolCalls: [], raw: [], usage: USAGE };
      const toolCalls = turn.calls.map(
        ({ name, args }, index): ToolCall => ({
          callId: `call_${requests.length}_${index}`,
          name,
          argumentsJson: typeof args === "string" ? args : JSON.stringify(args),
        }),
      );
      return { text: "", toolCalls, raw: [], usage: USAGE };
    },
  };
}

/** The evidence numbers that tools have handed to this conversation so far. */
export function shownEvidence(request: ModelRequest): number[] {
  return request.transcript.flatMap((item) => (item.kind === "tool" ? item.answer.evidence : []));
}
