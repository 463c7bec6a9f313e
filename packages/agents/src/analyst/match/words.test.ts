import { expect, test } from "vitest";
import { stem } from "./stem.ts";
import { contentStems, phraseKey, tokenize } from "./tokens.ts";

test.each([
  ["discontinued", "discontinuing"],
  ["haemorrhages", "hemorrhage"],
  ["hospitalisation", "hospitalized"],
  ["diagnoses", "diagnosis"],
  ["therapies", "therapy"],
  ["tumours", "tumor"],
])("%s and %s have one stem", (one, other) => {
  expect(stem(one)).toBe(stem(other));
});

test("short codes stay whole", () => {
  expect(["AST", "ALT", "HGB", "B12"].map(stem)).toEqual(["ast", "alt", "hgb", "b12"]);
});

test("identifiers, dates and numbers with commas are one token each", () => {
  expect(tokenize("subject 01-701-1015 since 2013-05-01, over 1,250 U/L").map(({ text }) => text)).toEqual([
    "subject",
    "01-701-1015",
    "since",
    "2013-05-01",
    "over",
    "1,250",
    "U",
    "L",
  ]);
});

test("phrases of the same words in another order are equal", () => {
  expect(phraseKey(contentStems("Duration of Treatment"))).toBe(phraseKey(contentStems("treatment durations")));
});
