import { expect, test } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { openSender } from "./open-sender.ts";

test("a receiver that hangs holds its own places and delays nobody else", async () => {
  await using sender = await openSender();
  await using slow = await startReceiver();
  await using quick = await startReceiver();
  slow.trust((await sender.endpoint(slow.url)).secret);
  quick.trust((await sender.endpoint(quick.url)).secret);
  let atOnce = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  slow.react(() => {
    most = Math.max(most, ++atOnce);
    return { status: 200, after: gate.promise.finally(() => atOnce--) };
  });
  await using _serving = await sender.serve({ timing: { webhookLeaseMs: 600_000 }, totalMs: 600_000 });
  const jobs = 60;
  const tookMs: number[] = [];
  for (let index = 0; index < jobs; index++) {
    const id = await sender.endJob();
    const endedMs = performance.now();
    await quick.until((received) => received.some(({ data }) => data.id === id));
    tookMs.push(performance.now() - endedMs);
  }
  // More than there are places in all were waiting for the slow one, and it had five.
  expect(slow.received).toHaveLength(5);
  expect(most).toBe(5);
  expect(tookMs.toSorted((a, b) => a - b)[jobs / 2]).toBeLessThan(200);
  gate.resolve();
  await sender.until((all) => all.every(({ status }) => status === "delivered"));
  expect(slow.received).toHaveLength(jobs);
  expect(most).toBe(5);
  expect(new Set(slow.received.map(({ id }) => id)).size).toBe(jobs);
}, 180_000);

test("one that is down is left alone, what waits for it spends no try, and all of it arrives once it is back", async () => {
  await using sender = await openSender();
  const down = await startReceiver();
  const port = Number(new URL(down.url).port);
  const { secret } = await sender.endpoint(down.url);
  await down[Symbol.asyncDispose]();
  // Opened after five failures, for longer than the test takes to look.
  await using _serving = await sender.serve({ retryMs: [1, 1], timing: { webhookPollMs: 20, webhookOpenMs: 1_500 } });
  for (let index = 0; index < 20; index++) await sender.endJob();
  const tries = async () => (await sender.deliveries()).reduce((sum, { attempts }) => sum + attempts.length, 0);
  await sender.until((all) => all.reduce((sum, { attempts }) => sum + attempts.length, 0) >= 5);
  const before = await tries();
  // Up to five were on their way at once when it opened.
  expect(before).toBeLessThanOrEqual(9);
  await using back = await startReceiver({ port });
  back.trust(secret);
  const all = await sender.until((deliveries) => deliveries.every(({ status }) => status !== "pending"));
  expect(all.every(({ status }) => status === "delivered")).toBe(true);
  expect(await tries()).toBeLessThanOrEqual(before + 20);
  expect(back.refused).toEqual([]);
}, 180_000);
