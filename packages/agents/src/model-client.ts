import type { JsonObject, JsonValue, Usage } from "@pharmadb/contracts";

/** What a model asked for: one call of a tool. */
export type ToolCall = { callId: string; name: string; argumentsJson: string };

/** A tool's answer as the transcript keeps it: text for language models, data for the embedded analyst. */
export type ToolAnswer = {
  callId: string;
  name: string;
  content: string;
  data: JsonValue;
  evidence: number[];
  ok: boolean;
};

/** One entry of a conversation within a role. JSON, since the journal keeps it. */
export type TranscriptItem =
  | {
      kind: "model";
      text: string;
      toolCalls: ToolCall[] /** Provider items to hand back as they came. */;
      raw: JsonValue[];
    }
  | { kind: "tool"; answer: ToolAnswer }
  /** A complaint about the last answer, such as output that does not fit the schema. */
  | { kind: "correction"; text: string };

/** One call of a model. */
export type ModelRequest = {
  role: string;
  /** System instructions and the first user message, for language models. */
  instructions: string;
  prompt: string;
  /** The same task as data, for the embedded analyst. */
  task: JsonObject;
  transcript: TranscriptItem[];
  tools: { name: string; description: string; inputSchema: JsonObject }[];
  /** The shape of the final answer: JSON Schema for strict structured output. */
  output: { name: string; schema: JsonObject };
  maxOutputTokens: number;
  /** Whether calls of other jobs go first where not all can go at once. */
  priority?: "interactive" | "batch";
};

export type ModelResponse = {
  /** Final text (JSON by the output schema); empty while tools are asked for. */
  text: string;
  toolCalls: ToolCall[];
  raw: JsonValue[];
  usage: Pick<Usage, "input_tokens" | "output_tokens" | "cost_usd">;
};

/**
 * A model that can take a role. Errors: `model_unavailable` (with `retryAfterSeconds` where known),
 * `model_refused`, `model_malformed` (truncated or empty answer), `cancelled`, `timeout`. One that was paid for tells the
 * usage in its details.
 */
export type ModelClient = {
  /** The name that reports show: `embedded-analyst` or the model's id. */
  name: string;
  /** False where what a call costs is not known and counts as 0. */
  isPriced?: boolean;
  respond(request: ModelRequest, signal: AbortSignal): Promise<ModelResponse>;
};
