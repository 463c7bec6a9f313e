import { expect, test } from "vitest";
import { createKeyLock } from "./key-lock.ts";

test("work on one key runs one after the other, also past a failure, and other keys do not wait", async () => {
  const lock = createKeyLock();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lock("a", async () => {
    await gate.promise;
    order.push("first");
    throw new Error("failed");
  });
  const second = lock("a", async () => void order.push("second"));
  await lock("b", async () => void order.push("other"));
  gate.resolve();
  await expect(first).rejects.toThrow("failed");
  await second;
  expect(order).toEqual(["other", "first", "second"]);
});
