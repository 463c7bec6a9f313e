import { AppError } from "@pharmadb/contracts";
import { afterAll, expect, test } from "vitest";
import { queryThreads, runOnThreads } from "./query-threads.ts";
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

test("what is too much for several threads is run on one, once", async () => {
  const used: number[] = [];
  const failing = (reason: string) => async (threads: number) => {
    used.push(threads);
    if (threads > 1) throw new AppError("query_failed", "It failed.", { details: { reason } });
    throw new AppError("query_failed", "It failed on one.", { details: { reason } });
  };
  await expect(runOnThreads(4, failing("memory"))).rejects.toThrow("It failed on one.");
  await expect(runOnThreads(4, failing("timeout"))).rejects.toThrow("It failed.");
  await expect(runOnThreads(1, failing("memory"))).rejects.toThrow("It failed on one.");
  expect(used).toEqual([4, 1, 4, 1]);
  expect(await runOnThreads(4, async (threads) => threads)).toBe(4);
});
