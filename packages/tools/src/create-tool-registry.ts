import { fieldErrors } from "@pharmadb/contracts";
import type { z } from "zod";
import { documentsTools } from "./documents/documents-tools.ts";
import { strictJsonSchema } from "./strict-json-schema.ts";
import { tablesTools } from "./tables/tables-tools.ts";
import type { Tool, ToolContext, ToolRegistry } from "./tool.ts";
import { answerForError, refusal } from "./tool-answer.ts";

/** The tools of one job, all families unless a list is given. */
export function createToolRegistry(
  context: ToolContext,
  tools: Tool[] = [...tablesTools, ...documentsTools],
): ToolRegistry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const names = [...byName.keys()].join(", ");
  return {
    descriptions: () =>
      tools.map(({ name, description, input }) => ({ name, description, inputSchema: strictJsonSchema(input) })),
    async call(name, argumentsJson, signal) {
      signal.throwIfAborted();
      const tool = byName.get(name);
      if (!tool) return refusal("unknown_tool", `There is no tool "${name}". The tools are: ${names || "none"}.`);
      const parsed = parseArguments(tool, argumentsJson);
      if ("problem" in parsed) return refusal("invalid_arguments", `${name}: ${parsed.problem}`);
      try {
        return await tool.run(parsed.input, context, signal);
      } catch (error) {
        return answerForError(error);
      }
    },
  };
}

function parseArguments(tool: Tool, argumentsJson: string): { input: unknown } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(argumentsJson);
  } catch (error) {
    return { problem: `the arguments are not valid JSON (${error instanceof Error ? error.message : error}).` };
  }
  const result = tool.input.safeParse(value);
  if (result.success) return { input: result.data };
  return { problem: `the arguments do not fit. ${explain(result.error)}` };
}

function explain(error: z.ZodError): string {
  return fieldErrors(error)
    .map(({ path, message }) => (path ? `"${path}": ${message}` : message))
    .join(" ");
}
