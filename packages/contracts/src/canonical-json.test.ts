import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, sha256OfJson } from "./canonical-json.ts";
import type { JsonValue } from "./json.ts";

function withKeysReversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, withKeysReversed(entry)]),
  );
}

const json = fc.jsonValue().map((value) => value as JsonValue);

test("the order of keys changes neither the text nor the hash", async () => {
  await fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(withKeysReversed(value))).toBe(canonicalJson(value));
      expect(sha256OfJson(withKeysReversed(value))).toBe(sha256OfJson(value));
    }),
  );
});

test("the text is JSON of the same value", async () => {
  await fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("the order of an array counts", () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});
