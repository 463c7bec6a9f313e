import { expect, test } from "vitest";
import { costOf, LIST_PRICES, priceOf } from "./prices.ts";

test("the longest beginning of a model's id decides its price", () => {
  expect(priceOf("gpt-5-mini-2025-08-07", LIST_PRICES)).toBe(LIST_PRICES["gpt-5-mini"]);
  expect(priceOf("gpt-5", LIST_PRICES)).toBe(LIST_PRICES["gpt-5"]);
});

test("a model that only looks like another has no price", () => {
  expect(priceOf("gpt-5.9", LIST_PRICES)).toBeNull();
  expect(priceOf("gpt-50", LIST_PRICES)).toBeNull();
});

test("cached tokens are part of the input and never make it cheaper than nothing", () => {
  const price = { input: 1, cachedInput: 0.5, output: 2 };
  expect(costOf(price, { input: 1_000_000, cached: 500_000, output: 1_000_000 })).toBeCloseTo(2.75, 9);
});
