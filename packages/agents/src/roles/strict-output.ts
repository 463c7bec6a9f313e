import { type JsonObject, oncePerObject } from "@pharmadb/contracts";
import { z } from "zod";

/**
 * The JSON Schema of a role's answer for strict structured output: zod's strict objects without the dialect line. Made
 * once for each schema, since every turn of every job asks for it.
 */
export const strictOutput = oncePerObject((schema: z.ZodType): JsonObject => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return rest as JsonObject;
});
