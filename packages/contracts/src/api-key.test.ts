import fc from "fast-check";
import { expect, test } from "vitest";
import { apiKeyPrefix, apiKeySha256, isApiKey, newApiKey } from "./api-key.ts";

test("a key is pdb_ and at least 32 more characters, and no two are the same", () => {
  const keys = Array.from({ length: 1000 }, newApiKey);
  for (const key of keys) expect(key).toMatch(/^pdb_[0-9a-hjkmnp-tv-z]{38}$/);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.every(isApiKey)).toBe(true);
});

test("a key with one character mistyped or two exchanged is known for wrong", () => {
  const key = newApiKey();
  const place = fc.integer({ min: 4, max: key.length - 1 });
  fc.assert(
    fc.property(place, fc.constantFrom(..."0123456789abcdefghjkmnpqrstvwxyz"), (index, character) => {
      const typed = key.slice(0, index) + character + key.slice(index + 1);
      expect(isApiKey(typed)).toBe(typed === key);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 4, max: key.length - 2 }), (index) => {
      const typed = key.slice(0, index) + key.charAt(index + 1) + key.charAt(index) + key.slice(index + 2);
      expect(isApiKey(typed)).toBe(typed === key);
    }),
  );
  for (const text of ["", "pdb_", key.toUpperCase(), `${key} `, `${key}\n`, key.slice(4), `${key}0`]) {
    expect(isApiKey(text), text).toBe(false);
  }
});

test("what is kept of a key does not give it away", () => {
  const key = newApiKey();
  expect(apiKeySha256(key)).toMatch(/^[0-9a-f]{64}$/);
  expect(apiKeyPrefix(key)).toBe(key.slice(0, 12));
});
