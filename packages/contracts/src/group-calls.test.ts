import { expect, test } from "vitest";
import { groupCalls } from "./group-calls.ts";

/** Serves each group once it is let go; `started` waits for the next one to begin. */
function gatedGroups() {
  const gates: PromiseWithResolvers<void>[] = [];
  let begun = Promise.withResolvers<string[]>();
  const serve = async (values: string[]) => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    begun.resolve(values);
    begun = Promise.withResolvers();
    await gate.promise;
    return values.map((value) => value.toUpperCase());
  };
  return { serve, started: () => begun.promise, letGo: () => gates.shift()?.resolve() };
}

test("calls of one turn of the event loop are served together, each with its own result", async () => {
  const groups: number[][] = [];
  const double = groupCalls(async (values: number[]) => {
    groups.push(values);
    return values.map((value) => value * 2);
  });
  expect(await Promise.all([double(1), Promise.resolve().then(() => double(2))])).toEqual([2, 4]);
  expect(groups).toEqual([[1, 2]]);
  expect(await double(3)).toBe(6);
  expect(groups).toEqual([[1, 2], [3]]);
});

test("calls during a group make up the next one, in the order in which they came", async () => {
  const { serve, started, letGo } = gatedGroups();
  const call = groupCalls(serve);
  const first = call("a");
  expect(await started()).toEqual(["a"]);
  const second = started();
  const rest = [call("b"), call("c"), call("b")];
  letGo();
  expect(await first).toBe("A");
  expect(await second).toEqual(["b", "c", "b"]);
  letGo();
  expect(await Promise.all(rest)).toEqual(["B", "C", "B"]);
});

test("where several groups may be under way, the next begins when enough calls wait, and else when one has ended", async () => {
  const { serve, started, letGo } = gatedGroups();
  const call = groupCalls(serve, { atOnce: 2, enough: 2 });
  const calls = [call("a")];
  expect(await started()).toEqual(["a"]);
  const second = started();
  calls.push(call("b"), call("c"));
  expect(await second).toEqual(["b", "c"]);
  const third = started();
  calls.push(call("d"), call("e"), call("f"));
  letGo();
  expect(await third).toEqual(["d", "e", "f"]);
  letGo();
  letGo();
  expect(await Promise.all(calls)).toEqual(["A", "B", "C", "D", "E", "F"]);
});

test("a group holds no more calls and no larger a sum of sizes than allowed, but always one call", async () => {
  const groups: string[][] = [];
  const call = groupCalls(
    async (values: string[]) => {
      groups.push(values);
      return values;
    },
    { maxCalls: 3, maxSize: 10, sizeOf: (value) => value.length },
  );
  const values = ["a", "b", "c", "d", "x".repeat(99), "1234567890", "e", "f"];
  expect(await Promise.all(values.map(call))).toEqual(values);
  expect(groups).toEqual([["a", "b", "c"], ["d"], ["x".repeat(99)], ["1234567890"], ["e", "f"]]);
});

test("an error in the place of a result fails that call alone", async () => {
  const call = groupCalls(async (values: string[]) =>
    values.map((value) => (value === "bad" ? new Error("on purpose") : value)),
  );
  const settled = await Promise.allSettled(["a", "bad", "b"].map(call));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a group that fails fails its own calls only", async () => {
  const call = groupCalls(async (values: string[]) => {
    if (values.includes("bad")) throw new Error("on purpose");
    return values;
  });
  const failed = await Promise.allSettled([call("a"), call("bad")]);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await call("good")).toBe("good");
});

test("a call without a result is told so", async () => {
  const call = groupCalls(async () => []);
  await expect(call("a")).rejects.toThrow("1 calls were given 0 results");
});
