import { AppError, JsonValue, readClientSchema } from "@pharmadb/contracts";
import type { ResearchJob } from "../research-job.ts";
import {
  OUTPUT_INSTRUCTIONS,
  OUTPUT_MAX_OUTPUT_TOKENS,
  type OutputTask,
  outputPrompt,
} from "../roles/output-filler.ts";
import { earlyEnd } from "./early-end.ts";
import { type RoleDeps, runRole } from "./run-role.ts";

/** The report's `output` for the client's schema, or null and the reason. */
export async function fillOutput(
  { question, outputSchema }: ResearchJob,
  report: OutputTask,
  deps: RoleDeps,
  signal: AbortSignal,
): Promise<{ output: JsonValue; limitations: string[] }> {
  if (outputSchema === null) return { output: null, limitations: [] };
  const without = (reason: string) => ({ output: null, limitations: [`The output was not filled: ${reason}`] });
  if (deps.model.name === "embedded-analyst") return without("the embedded analyst has no language model to do it.");
  const client = readClientSchema(outputSchema);
  if ("problem" in client) return without(`its schema cannot be used: ${client.problem}.`);
  try {
    const answer = await runRole(
      {
        key: "output",
        role: "output",
        instructions: OUTPUT_INSTRUCTIONS,
        prompt: outputPrompt(question, report),
        task: report,
        output: { name: "output", schema: client.schema, jsonSchema: client.jsonSchema },
        tools: [],
        maxTurns: 1,
        maxOutputTokens: OUTPUT_MAX_OUTPUT_TOKENS,
      },
      deps,
      signal,
    );
    return { output: JsonValue.parse(client.unwrap(answer)), limitations: client.limitations };
  } catch (error) {
    const end = earlyEnd(error, signal);
    if (end) return without(end.message);
    // It refers to itself so that no check of an answer comes to an end.
    if (error instanceof RangeError) return without(`its schema cannot be used: ${error.message}.`);
    // The report stands without its output; only failures that concern the job as a whole go on.
    if (error instanceof AppError && ["model_malformed", "model_refused"].includes(error.code)) {
      return without(error.message);
    }
    throw error;
  }
}
