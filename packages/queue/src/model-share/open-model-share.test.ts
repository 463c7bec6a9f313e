import { RedisUrl } from "@pharmadb/contracts";
import { expect, test, vi } from "vitest";
import { openRedis } from "../redis/open-redis.ts";
import { findRedis, startRedis } from "../testing/index.ts";
import { openModelShare } from "./open-model-share.ts";

vi.setConfig({ testTimeout: 60_000 });

const hasRedis = findRedis() !== null;
const NEVER = new AbortController().signal;
const asking = (tokens: number, priority: "interactive" | "batch" = "interactive") => ({ tokens, priority });
const ONE = { model: "gpt-5-mini", requestsPerMinute: 1, tokensPerMinute: null };

async function connect(url: string) {
  const log = { info: () => undefined, warn: () => undefined };
  const client = await openRedis(RedisUrl.parse(url), { role: "producer", log });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

test.skipIf(!hasRedis)(
  "two processes together let no more go than a minute allows, and all that wait go in the end",
  async () => {
    await using server = await startRedis();
    using one = await connect(server.url);
    using two = await connect(server.url);
    const limits = { ...ONE, requestsPerMinute: 5, tokensPerMinute: 50_000, minuteMs: 1_200 };
    const shares = [one, two].map((redis) => openModelShare({ ...limits, redis }));
    const startedAt = performance.now();
    const went: number[] = [];
    const go = async (_: unknown, index: number) => {
      const share = await shares[index % 2]?.(asking(10_000), NEVER);
      went.push(performance.now() - startedAt);
      share?.settle(1000);
    };
    await Promise.all(Array.from({ length: 20 }, go));
    // Each five have a minute of their own; nothing here may be early, whatever the machine does.
    const inOrder = went.toSorted((a, b) => a - b);
    for (const minute of [1, 2, 3]) expect(inOrder[minute * 5]).toBeGreaterThanOrEqual(minute * limits.minuteMs);
  },
);

test("a call that is cancelled while it waits ends with the reason, and uses nothing", async () => {
  const takeShare = openModelShare({ ...ONE, redis: null, minuteMs: 3_000 });
  await takeShare(asking(1), NEVER);
  const cancel = new AbortController();
  const cancelled = takeShare(asking(1), cancel.signal);
  const startedAt = performance.now();
  const went: string[] = [];
  for (const _ of [1, 2]) void takeShare(asking(1), NEVER).then(() => went.push("behind"));
  cancel.abort(new Error("Cancelled by its user."));
  await expect(cancelled).rejects.toThrow("Cancelled by its user.");
  await expect(takeShare(asking(1), cancel.signal)).rejects.toThrow("Cancelled by its user.");
  // In the place that was given back, before those that were behind it.
  await takeShare(asking(1), NEVER);
  expect(went).toEqual([]);
  expect(performance.now() - startedAt).toBeGreaterThan(2_000);
});

test("of the calls of batches one at a time has a place, so that no other waits for the rest of them", async () => {
  const takeShare = openModelShare({ ...ONE, redis: null, minuteMs: 1_200 });
  await takeShare(asking(1), NEVER);
  const went: string[] = [];
  const leaving = new AbortController();
  const batch = [1, 2, 3].map((n) => {
    const signal = n === 2 ? leaving.signal : NEVER;
    return takeShare(asking(1, "batch"), signal).then(
      () => void went.push(`batch ${n}`),
      (reason: Error) => void went.push(reason.message),
    );
  });
  const interactive = takeShare(asking(1), NEVER).then(() => void went.push("interactive"));
  leaving.abort(new Error("gone"));
  await Promise.all([...batch, interactive]);
  expect(went.toSorted()).toEqual(["batch 1", "batch 3", "gone", "interactive"]);
  expect([went[0], went[3]]).toEqual(["gone", "batch 3"]);
});

test("what a call does not come to is there for the next", async () => {
  const takeShare = openModelShare({ ...ONE, requestsPerMinute: null, tokensPerMinute: 1000, redis: null });
  (await takeShare(asking(100_000), NEVER)).settle(400);
  await takeShare(asking(600), NEVER);
});

test.skipIf(!hasRedis)("while Redis is away each process counts for itself, and no call fails for it", async () => {
  await using server = await startRedis();
  using redis = await connect(server.url);
  const takeShare = openModelShare({ ...ONE, redis });
  await takeShare(asking(1), NEVER);
  await server.stop("SIGKILL");
  (await takeShare(asking(1), NEVER)).settle(1);
  const cancel = new AbortController();
  let went = false;
  const waiting = takeShare(asking(1), cancel.signal).finally(() => {
    went = !cancel.signal.aborted;
  });
  await expect(takeShare(asking(1), AbortSignal.timeout(300))).rejects.toThrow();
  expect(went).toBe(false);
  cancel.abort(new Error("No longer."));
  await expect(waiting).rejects.toThrow("No longer.");
});
