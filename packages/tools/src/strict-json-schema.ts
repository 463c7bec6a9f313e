import type { JsonObject } from "@pharmadb/contracts";
import { z } from "zod";

/**
 * The JSON Schema of a tool's input as strict mode takes it: zod's strict objects already close each object and
 * require each property, so nothing is added here but the dialect line taken away, which strict mode does not know.
 */
export function strictJsonSchema(input: z.ZodType): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(input, { io: "input", target: "draft-2020-12" });
  return schema as JsonObject;
}
