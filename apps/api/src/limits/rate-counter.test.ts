import { parseConfig } from "@pharmadb/config";
import { openRedis } from "@pharmadb/queue";
import { findRedis, startRedis } from "@pharmadb/queue/testing";
import { expect, test, vi } from "vitest";
import { createRateCounter } from "./rate-counter.ts";

vi.setConfig({ testTimeout: 60_000 });

const hasRedis = (await findRedis()) !== null;
const log = { warn: () => undefined, info: () => undefined };

async function connect(url: string) {
  const { redis } = parseConfig({ REDIS_URL: url, DATABASE_URL: "postgres://127.0.0.1/none" });
  if (!redis) throw new Error("No Redis in the configuration.");
  const client = await openRedis(redis, { role: "producer", log });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

test("without a Redis each process counts for itself, everyone apart", async () => {
  const [one, two] = [createRateCounter(null), createRateCounter(null)];
  expect((await one("a")).count).toBe(1);
  expect((await one("a")).count).toBe(2);
  expect((await one("b")).count).toBe(1);
  expect((await two("a")).count).toBe(1);
  const { resetMs } = await one("a");
  expect(resetMs).toBeGreaterThan(50_000);
  expect(resetMs).toBeLessThanOrEqual(60_000);
});

test.skipIf(!hasRedis)("with a Redis all processes count together, also when they ask at once", async () => {
  await using server = await startRedis();
  using first = await connect(server.url);
  using second = await connect(server.url);
  const counters = [createRateCounter(first), createRateCounter(second)];
  const counts = await Promise.all(Array.from({ length: 40 }, (_, index) => counters[index % 2]?.("key:1")));
  expect(counts.map((each) => each?.count).sort((a = 0, b = 0) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  expect((await counters[0]?.("key:1", 0))?.count).toBe(40);
  const [name = ""] = await first.keys("pharmadb:rate:*");
  expect(name).toBe("pharmadb:rate:key:1");
  expect(await first.pttl(name)).toBeGreaterThan(50_000);
});

test.skipIf(!hasRedis)("while Redis is away or hangs each process counts for itself, and nobody waits", async () => {
  await using server = await startRedis();
  using client = await connect(server.url);
  const count = createRateCounter(client);
  for (let i = 0; i < 5; i++) await count("key:1");
  server.signal("SIGSTOP");
  const startedAt = performance.now();
  expect((await count("key:1")).count).toBe(1);
  expect((await count("key:1")).count).toBe(2);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  server.signal("SIGCONT");
  await expect.poll(async () => (await count("key:1")).count).toBeGreaterThan(5);
  await server.stop("SIGKILL");
  expect((await count("key:2")).count).toBe(1);
  expect((await count("key:2")).count).toBe(2);
  await server.start();
  await expect.poll(() => client.ping().catch(() => "away"), { timeout: 15_000 }).toBe("PONG");
  await count("key:3");
  expect(await client.get("pharmadb:rate:key:3")).toBe("1");
});
