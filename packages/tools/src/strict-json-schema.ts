import { type JsonObject, oncePerObject } from "@pharmadb/contracts";
import { z } from "zod";

// Strict mode refuses these; zod checks them all the same when the tool is called.
const UNKNOWN_TO_STRICT_MODE = ["minLength", "maxLength", "default", "propertyNames"] as const;

/**
 * The JSON Schema of a tool's input as strict mode takes it. Zod's strict objects already close each object and
 * require each property, so that only keywords have to go. Made once for each schema, since every job asks for it.
 */
export const strictJsonSchema = oncePerObject((input: z.ZodType): JsonObject => {
  const { $schema, ...schema } = z.toJSONSchema(input, {
    io: "input",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      for (const keyword of UNKNOWN_TO_STRICT_MODE) delete jsonSchema[keyword];
    },
  });
  return schema as JsonObject;
});
