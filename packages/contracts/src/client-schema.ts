import { z } from "zod";
import type { JsonObject, JsonValue } from "./json.ts";
import { unfoldedSize } from "./unfolded-size.ts";

/** A client's JSON Schema made ready: to ask a model with, and to check the answer. */
export type ClientSchema = {
  schema: z.ZodType;
  /** What the model gets: an object at the root, since structured output knows nothing else there. */
  jsonSchema: JsonObject;
  unwrap(answer: unknown): unknown;
  limitations: string[];
};

const MAX_SCHEMA_CHARACTERS = 100_000;
const MAX_PARTS = 20_000;
const NOT_CHECKED = "Patterns of the output schema were given to the model but not checked.";

/** The client's schema as a check, or why it cannot be one, as the end of a sentence about it. */
export function readClientSchema(wanted: JsonObject): ClientSchema | { problem: string } {
  const size = JSON.stringify(wanted).length;
  if (size > MAX_SCHEMA_CHARACTERS) {
    return { problem: `it has ${size} characters, more than ${MAX_SCHEMA_CHARACTERS}` };
  }
  const isObject = wanted.type === "object";
  const jsonSchema = isObject ? wanted : wrapped(wanted);
  // A client's regular expression could hold up this process for hours (catastrophic backtracking), so none is run.
  const checked = withoutPatterns(jsonSchema) as JsonObject;
  const limitations = JSON.stringify(checked) === JSON.stringify(jsonSchema) ? [] : [NOT_CHECKED];
  try {
    if (unfoldedSize(checked) > MAX_PARTS) {
      return { problem: `with its references followed it has more than ${MAX_PARTS} parts` };
    }
    const schema = z.fromJSONSchema(checked as Parameters<typeof z.fromJSONSchema>[0]);
    const unwrap = (answer: unknown) => (isObject ? answer : (answer as { output: unknown }).output);
    return { schema, jsonSchema, unwrap, limitations };
  } catch (error) {
    // What the reader stumbles over is no schema where one has to be.
    const isUnread = error instanceof TypeError || !(error instanceof Error);
    return { problem: isUnread ? "it is no JSON Schema" : error.message };
  }
}

function wrapped(schema: JsonObject): JsonObject {
  const { $defs, definitions, $schema, ...rest } = schema;
  return {
    type: "object",
    properties: { output: rest },
    required: ["output"],
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}

// Names of properties are data: a property called "pattern" stays.
const NAMED_MAPS = ["properties", "$defs", "definitions"];

function withoutPatterns(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutPatterns);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(
    ([key]) => !["pattern", "patternProperties", "enum", "const"].includes(key),
  );
  const kept = entries.map(([key, entry]): [string, JsonValue] => {
    const isMap = NAMED_MAPS.includes(key) && entry !== null && typeof entry === "object" && !Array.isArray(entry);
    if (!isMap) return [key, withoutPatterns(entry)];
    return [key, Object.fromEntries(Object.entries(entry).map(([name, one]) => [name, withoutPatterns(one)]))];
  });
  const literal = ["enum", "const"]
    .filter((key) => key in value)
    .map((key): [string, JsonValue] => [key, value[key] ?? null]);
  return Object.fromEntries([...kept, ...literal]);
}
