import { expect, test } from "vitest";
import { settleSoon } from "./settle-soon.ts";

const never = () => new Promise<never>(() => undefined);

test("work that ends in time gives what it gives", async () => {
  const { signal } = new AbortController();
  await expect(settleSoon(Promise.resolve(1), signal, () => 10)).resolves.toBe(1);
  await expect(settleSoon(Promise.reject(new Error("own")), signal, () => 10)).rejects.toThrow("own");
});

test("work that does not heed the signal is left behind, with the signal's reason", async () => {
  const before = AbortSignal.abort(new Error("before"));
  await expect(settleSoon(never(), before, () => 10)).rejects.toThrow("before");
  const during = new AbortController();
  const settled = settleSoon(never(), during.signal, () => 10);
  during.abort(new Error("during"));
  await expect(settled).rejects.toThrow("during");
});

test("work that heeds the signal may still end its own way", async () => {
  const controller = new AbortController();
  const ended = Promise.withResolvers<string>();
  controller.signal.addEventListener("abort", () => ended.resolve("tidied up"));
  const settled = settleSoon(ended.promise, controller.signal, () => 1000);
  controller.abort(new Error("stop"));
  await expect(settled).resolves.toBe("tidied up");
});
