import { afterAll, expect, test } from "vitest";
import { queryThreads } from "./query-threads.ts";
import { openTestSandbox } from "./testing/open-test-sandbox.ts";

const opened = await openTestSandbox();
afterAll(() => opened[Symbol.asyncDispose]());

test("tables below a million rows in all are read by one thread, larger ones by up to four", () => {
  expect([0, 50_000, 999_999].map((rows) => queryThreads(rows, 16))).toEqual([1, 1, 1]);
  expect([1, 2, 4, 16].map((cores) => queryThreads(1_000_000, cores))).toEqual([1, 2, 4, 4]);
});

test("a query over tables below the limit gives the same digits and order on every run", async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `${i % 97},${Math.sin(i)}`);
  const file = await opened.upload("readings.csv", `GRP,VAL\n${lines.join("\n")}\n`);
  const sql = "SELECT GRP, sum(VAL), avg(VAL), stddev(VAL) FROM readings GROUP BY GRP";
  const first = await opened.query([file], sql);
  expect(first.rows).toHaveLength(97);
  for (let run = 0; run < 5; run++) expect((await opened.query([file], sql)).rows).toEqual(first.rows);
});
