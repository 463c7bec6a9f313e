import type { JsonObject, JsonValue, NewEvidence } from "@pharmadb/contracts";
import type { JobFile, Sandbox } from "@pharmadb/sandbox";
import type { z } from "zod";

/** What a job lends to its tools. */
export type ToolContext = { files: JobFile[]; sandbox: Sandbox };

export type ToolResult = {
  /** False when the tool could not do it; `content` then says why, for the model to try again. */
  ok: boolean;
  /** What the model reads, cut to a size that fits a prompt. */
  content: string;
  /** The same for programs. */
  data: JsonValue;
  evidence: NewEvidence[];
};

/** A tool that agents call by name. */
export type Tool<Input extends z.ZodType = z.ZodType> = {
  /** `family_verb`, such as `tables_query`; letters, digits and underscores. */
  name: string;
  /** Written for the model: what it does, what it refuses, what comes back. */
  description: string;
  input: Input;
  run(input: z.output<Input>, context: ToolContext, signal: AbortSignal): Promise<ToolResult>;
};

/** The tools of one job. */
export type ToolRegistry = {
  /** For the model: name, description and JSON Schema of the input, ready for strict mode. */
  descriptions(): { name: string; description: string; inputSchema: JsonObject }[];
  /**
   * Runs a tool on arguments as a model wrote them. An unknown tool, bad JSON, bad input or a failure that the model
   * can mend is an answer with `ok: false`; only cancellation, time-out and failures that are ours are thrown.
   */
  call(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolResult>;
};
