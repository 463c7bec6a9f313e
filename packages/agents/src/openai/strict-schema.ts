import { type JsonObject, type JsonValue, oncePerObject } from "@pharmadb/contracts";

// What strict mode takes, besides the structure. All else is checked by zod when the answer is read.
const CONSTRAINTS = ["pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const KEPT = new Set([
  ...["type", "description", "enum", "const", "anyOf", "$ref", "$defs", "definitions"],
  ...["properties", "required", "additionalProperties", "items", "minItems", "maxItems", ...CONSTRAINTS],
]);
// Keywords that only narrow a value down: without them strict mode accepts more, and the check afterwards refuses it.
const DROPPED = new Set(["$schema", "$id", "title", "default", "examples", "minLength", "maxLength", "deprecated"]);
const MAPS = ["properties", "$defs", "definitions"];

/**
 * A JSON Schema as structured output takes it. `strict` is false where the schema needs what strict mode does not
 * know (free-form objects, optional properties); then the schema goes as it is and guides the model only.
 */
export const strictSchema = oncePerObject((schema: JsonObject): { schema: JsonObject; strict: boolean } => {
  const cleaned = cleanedNode(schema);
  if (cleaned.type === "object" && isStrict(cleaned)) return { schema: cleaned, strict: true };
  return { schema, strict: false };
});

function cleanedNode(node: JsonObject): JsonObject {
  const entries = Object.entries(node).filter(([key]) => !DROPPED.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, cleanedValue(key, value)]));
}

function cleanedValue(key: string, value: JsonValue): JsonValue {
  if (MAPS.includes(key) && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, isObject(one) ? cleanedNode(one) : one]),
    );
  }
  if (key === "items" && isObject(value)) return cleanedNode(value);
  if (key === "anyOf" && Array.isArray(value)) return value.map((one) => (isObject(one) ? cleanedNode(one) : one));
  return value;
}

function isStrict(node: JsonValue): boolean {
  if (!isObject(node) || Object.keys(node).some((key) => !KEPT.has(key))) return false;
  if (!["type", "anyOf", "$ref", "enum", "const"].some((key) => key in node)) return false;
  if (types(node).includes("object") && !isClosedObject(node)) return false;
  if (types(node).includes("array") && !isStrict(node.items ?? null)) return false;
  const anyOf = Array.isArray(node.anyOf) ? node.anyOf : [];
  const named = MAPS.flatMap((key) => (isObject(node[key] ?? null) ? Object.values(node[key] as JsonObject) : []));
  return [...anyOf, ...named].every(isStrict);
}

function isClosedObject(node: JsonObject): boolean {
  const properties = isObject(node.properties ?? null) ? Object.keys(node.properties as JsonObject) : [];
  const required = Array.isArray(node.required) ? node.required : [];
  const isComplete = required.length === properties.length && properties.every((name) => required.includes(name));
  return node.additionalProperties === false && isComplete;
}

function types(node: JsonObject): JsonValue[] {
  return Array.isArray(node.type) ? node.type : [node.type ?? null];
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
