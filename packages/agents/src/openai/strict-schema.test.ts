import { expect, test } from "vitest";
import { PlannerOutput } from "../roles/planner.ts";
import { ResearcherOutput } from "../roles/researcher.ts";
import { strictOutput } from "../roles/strict-output.ts";
import { WriterOutput } from "../roles/writer.ts";
import { strictSchema } from "./strict-schema.ts";

test.each([
  ["planner", PlannerOutput],
  ["researcher", ResearcherOutput],
  ["writer", WriterOutput],
] as const)("the %s's answer is a strict schema", (_, schema) => {
  expect(strictSchema(strictOutput(schema)).strict).toBe(true);
});

test("limits on length are taken out, and properties of that name stay", () => {
  const schema = {
    type: "object",
    properties: { title: { type: "string", minLength: 3, title: "T" }, maxLength: { type: "integer", minimum: 1 } },
    required: ["title", "maxLength"],
    additionalProperties: false,
  };
  expect(strictSchema(schema)).toEqual({
    strict: true,
    schema: {
      ...schema,
      properties: { title: { type: "string" }, maxLength: { type: "integer", minimum: 1 } },
    },
  });
});

test.each([
  [
    "an optional property",
    { type: "object", properties: { a: { type: "string" } }, required: [], additionalProperties: false },
  ],
  ["an open object", { type: "object", properties: {}, required: [] }],
  ["a root that is no object", { type: "array", items: { type: "string" } }],
  [
    "a keyword that strict mode does not know",
    { type: "object", properties: {}, additionalProperties: false, not: {} },
  ],
])("%s goes as it is and only guides the model", (_, schema) => {
  expect(strictSchema(schema)).toEqual({ schema, strict: false });
});
