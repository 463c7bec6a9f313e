import { expect, test } from "vitest";
import { readClientSchema } from "./client-schema.ts";
import type { JsonObject } from "./json.ts";

/** Definitions of which each leads to the next one twice. */
function doubling(count: number, how: (ref: JsonObject) => JsonObject): JsonObject {
  const names = Array.from({ length: count }, (_, n) => [`d${n}`, how({ $ref: `#/$defs/d${n + 1}` })]);
  return { ...Object.fromEntries(names), [`d${count}`]: { type: "string" } };
}

test.each<[string, (ref: JsonObject) => JsonObject]>([
  ["alternatives", (ref) => ({ anyOf: [ref, ref] })],
  ["exact alternatives", (ref) => ({ oneOf: [ref, ref] })],
  ["conditions", (ref) => ({ allOf: [ref, ref] })],
  ["alternatives of what is inside", (ref) => ({ anyOf: [{ properties: { in: ref } }, { properties: { in: ref } }] })],
  ["properties of a name that means something elsewhere", (ref) => ({ properties: { $defs: ref, enum: ref } })],
])("a small schema whose %s unfold to billions is refused before it is tried on an answer", (_, how) => {
  const wanted = { type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs: doubling(40, how) };
  expect(readClientSchema(wanted)).toEqual({ problem: expect.stringMatching(/more than 20000 parts/) });
  const { $defs } = wanted;
  expect(readClientSchema({ $ref: "#/$defs/d0", $defs })).toEqual({ problem: expect.stringMatching(/parts/) });
});

test.each(["#/$defs/a~0~1", "#$defs//a~0~1"])(
  "what %s refers to is found as it is when an answer is checked",
  ($ref) => {
    const alternatives = { anyOf: [{ $ref: "#/$defs/d0" }, { $ref: "#/$defs/d0" }] };
    const $defs = { ...doubling(40, (ref) => ({ anyOf: [ref, ref] })), "a~/": alternatives };
    const wanted = { type: "object", properties: { a: { $ref } }, $defs };
    expect(readClientSchema(wanted)).toEqual({ problem: expect.stringMatching(/parts/) });
  },
);

test("a schema may refer to itself, and to the same definition in many places", () => {
  const tree = {
    type: "object",
    properties: { name: { $ref: "#/$defs/name" }, parts: { type: "array", items: { $ref: "#" } } },
  };
  const client = readClientSchema({ ...tree, $defs: { name: { type: "string" } } });
  if ("problem" in client) throw new Error(client.problem);
  expect(client.schema.safeParse({ name: "a", parts: [{ name: "b", parts: [] }] }).success).toBe(true);
  expect(client.schema.safeParse({ name: "a", parts: [{ name: 1, parts: [] }] }).success).toBe(false);
  const properties = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`p${n}`, { $ref: "#/$defs/name" }]));
  expect(readClientSchema({ type: "object", properties, $defs: { name: { type: "string" } } })).toHaveProperty(
    "schema",
  );
});
