import type { JsonValue } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { documentsTools } from "./documents/documents-tools.ts";
import { strictJsonSchema } from "./strict-json-schema.ts";
import { tablesTools } from "./tables/tables-tools.ts";

// What strict mode takes, by its documentation: a keyword outside this list makes the model's service refuse the tool.
const KEYWORDS = new Set([
  ...[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "description",
    "$ref",
    "$defs",
  ],
  ...[
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
  ],
]);

/** What strict mode would refuse in a schema, each with its place. */
function problemsOf(schema: JsonValue, place: string): string[] {
  if (schema === null || typeof schema !== "object" || Array.isArray(schema)) return [`${place} is no schema`];
  const problems = Object.keys(schema).flatMap((key) => (KEYWORDS.has(key) ? [] : [`${place} has ${key}`]));
  const properties = (schema.properties ?? {}) as Record<string, JsonValue>;
  if (schema.type === "object") {
    if (schema.additionalProperties !== false) problems.push(`${place} is open`);
    const required = (schema.required ?? []) as string[];
    for (const name of Object.keys(properties))
      if (!required.includes(name)) problems.push(`${place}.${name} is optional`);
  }
  const inner = [
    ...Object.entries(properties),
    ...(schema.items === undefined ? [] : [["[]", schema.items] as const]),
    ...((schema.anyOf ?? []) as JsonValue[]).map((one, i) => [`anyOf${i}`, one] as const),
  ];
  return [...problems, ...inner.flatMap(([name, one]) => problemsOf(one, `${place}.${name}`))];
}

test.each([...tablesTools, ...documentsTools].map((tool) => [tool.name, tool] as const))(
  "%s has an input that strict mode takes",
  (name, tool) => {
    const schema = strictJsonSchema(tool.input);
    expect(schema.type).toBe("object");
    expect(problemsOf(schema, name)).toEqual([]);
    expect(name).toMatch(/^[a-z]+_[a-z]+$/);
    expect(tool.description.length).toBeGreaterThan(40);
  },
);

test("an input with an optional field, an open object or a text length would be found", () => {
  expect(problemsOf(strictJsonSchema(z.strictObject({ a: z.string().optional() })), "t")).toEqual(["t.a is optional"]);
  expect(problemsOf(strictJsonSchema(z.object({ a: z.string() })), "t")).toContain("t is open");
  expect(problemsOf({ type: "string", minLength: 1 }, "t")).toEqual(["t has minLength"]);
});

test("lengths of texts are checked when a tool is called and are not part of the schema that the model gets", () => {
  const schema = strictJsonSchema(z.strictObject({ a: z.string().min(1).max(5).describe("A word.") }));
  expect(schema.properties).toEqual({ a: { type: "string", description: "A word." } });
});
