import { expect, test } from "vitest";
import { batchCalls } from "./batch-calls.ts";

test("calls during a batch make up the next one, each value once", async () => {
  const batches: string[][] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const call = batchCalls((values) => {
    batches.push(values);
    return gates[batches.length - 1]?.promise ?? Promise.resolve();
  });
  const first = call("a");
  await Promise.resolve();
  await Promise.resolve();
  const rest = [call("b"), call("c"), call("b")];
  expect(batches).toEqual([["a"]]);
  gates[0]?.resolve();
  await first;
  gates[1]?.resolve();
  await Promise.all(rest);
  expect(batches).toEqual([["a"], ["b", "c"]]);
});

test("a batch that fails fails its own calls only", async () => {
  const call = batchCalls(async (values) => {
    if (values.includes("bad")) throw new Error("on purpose");
  });
  const bad = call("bad");
  await expect(bad).rejects.toThrow("on purpose");
  await expect(call("good")).resolves.toBeUndefined();
});
