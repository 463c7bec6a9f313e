import { afterAll, expect, test } from "vitest";
import { openTestSandbox } from "../testing/open-test-sandbox.ts";
import { columnOf, tableProfileOf } from "../testing/table-profile-of.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

test("a profile counts exactly and names the commonest values, ties in order of value", async () => {
  const inspected = await opened.inspect("p.csv", "SEX,AGE,D\nF,63,2014-01-02\nM,64,\nF,,2014-01-01\n,64,2014-01-01\n");
  expect(tableProfileOf(inspected).row_count).toBe(4);
  expect(columnOf(inspected, "SEX")).toEqual({
    name: "SEX",
    label: null,
    type: "text",
    sql_type: "VARCHAR",
    null_share: 0.25,
    distinct_count: 2,
    min: "F",
    max: "M",
    common: [
      { value: "F", count: 2 },
      { value: "M", count: 1 },
    ],
  });
  expect(columnOf(inspected, "AGE")).toMatchObject({
    type: "integer",
    sql_type: "BIGINT",
    min: 63,
    max: 64,
    distinct_count: 2,
  });
  expect(columnOf(inspected, "D")).toMatchObject({
    type: "date",
    min: "2014-01-01",
    max: "2014-01-02",
    common: [
      { value: "2014-01-01", count: 2 },
      { value: "2014-01-02", count: 1 },
    ],
  });
});

test("at most twenty values are named, and long texts are cut", async () => {
  const rows = Array.from({ length: 50 }, (_, index) => `${index},${"x".repeat(500)}${index}`);
  const inspected = await opened.inspect("many.csv", `N,T\n${rows.join("\n")}\n`);
  expect(columnOf(inspected, "N")).toMatchObject({ distinct_count: 50, min: 0, max: 49 });
  expect(columnOf(inspected, "N").common).toHaveLength(20);
  expect(String(columnOf(inspected, "T").common[0]?.value).length).toBeLessThan(250);
});

test("nested values have a profile without order", async () => {
  const inspected = await opened.inspect("n.json", '[{"s": {"a": 1}}, {"s": {"a": 1}}, {"s": {"a": 2}}]');
  expect(columnOf(inspected, "s")).toMatchObject({ type: "other", distinct_count: 2, min: null, max: null });
});
