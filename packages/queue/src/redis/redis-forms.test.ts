import { RedisUrl } from "@pharmadb/contracts";
// biome-ignore lint/style/noRestrictedImports: certificates are made in one place, for the database as well.
import { makeCertificates } from "@pharmadb/store/testing";
import { describe, expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { Queues } from "../queues.ts";
import { findRedis, startRedis } from "../testing/index.ts";
import { startRedisCluster } from "../testing/start-redis-cluster.ts";
import { startRedisSentinel } from "../testing/start-redis-sentinel.ts";

const IDS = Array.from({ length: 20 }, (_, index) => `res_${index}`);

async function open(url: string): Promise<Queues & AsyncDisposable & { errors: Error[] }> {
  const errors: Error[] = [];
  const queues = await openQueues({
    redis: RedisUrl.parse(url),
    absent: "refuse",
    onError: (error) => errors.push(error),
  });
  return { ...queues, errors, [Symbol.asyncDispose]: () => queues.close() };
}

const entry = (id: string) => ({ id, dispatch: 1, priority: "interactive" }) as const;

function startWorker({ startResearchWorker }: Queues) {
  const ended = new Set<string>();
  const worker = startResearchWorker({
    concurrency: 5,
    process: async ({ id }) => void ended.add(id),
    giveBack: async () => undefined,
  });
  const allDone = () => expect.poll(() => IDS.filter((id) => !ended.has(id)), { timeout: 20_000 }).toEqual([]);
  return { allDone, [Symbol.asyncDispose]: () => worker.close() };
}

/** Jobs get from one process to another, and hints back. */
async function expectService(url: string): Promise<void> {
  await using api = await open(url);
  await using process = await open(url);
  await api.research.addBulk(IDS.map((id, index) => ({ ...entry(id), priority: index % 2 ? "batch" : "interactive" })));
  expect(await api.research.missing([...IDS, "res_none"].map(entry))).toEqual([entry("res_none")]);
  await using worker = startWorker(process);
  await worker.allDone();
  const heard = Promise.withResolvers<void>();
  using _heard = api.wakeups.subscribe("res_0", heard.resolve);
  await process.wakeups.notify("res_0");
  await heard.promise;
  await api.ping();
  expect([...api.errors, ...process.errors]).toEqual([]);
}

const isMissing = findRedis() === null;

describe.skipIf(isMissing)(`the queue works${isMissing ? " (no redis-server here)" : ""}`, () => {
  test("on a server with a password and a database number", async () => {
    await using server = await startRedis({ password: "p@ss/w:rd%" });
    await expectService(`${server.url}/3`);
  });

  test("over TLS with an own authority, and refuses a server that another one has signed", async () => {
    await using certificates = await makeCertificates();
    await using server = await startRedis({ tls: certificates, password: "secret" });
    await expectService(server.url);
    const other = server.url.replace(encodeURIComponent(certificates.ca), encodeURIComponent(certificates.otherCa));
    await expect(open(other)).rejects.toThrow(/Redis does not answer: .*(certificate|signature)/);
    const [systems = ""] = server.url.split("?");
    await expect(open(systems)).rejects.toThrow(/Redis does not answer: .*(certificate|self-signed)/);
    await expect(open(systems.replace("rediss", "redis"))).rejects.toThrow("Redis does not answer");
  });

  test("on a cluster of three nodes", async () => {
    await using cluster = await startRedisCluster();
    await expectService(cluster.url);
    for (const { stop } of cluster.nodes) await stop();
    await expect(open(cluster.url)).rejects.toThrow("Redis does not answer");
  }, 60_000);

  test("over TLS on a cluster and with sentinels", async () => {
    await using certificates = await makeCertificates();
    await using cluster = await startRedisCluster({ tls: certificates });
    await expectService(cluster.url);
    await using servers = await startRedisSentinel({ tls: certificates });
    await expectService(servers.url);
  }, 60_000);

  test("with sentinels, and goes on with the second server after the first has gone", async () => {
    await using servers = await startRedisSentinel();
    await expectService(servers.url);
    await using queues = await open(servers.url);
    await using worker = startWorker(queues);
    await servers.first.stop("SIGKILL");
    const add = () => queues.research.addBulk(IDS.map(entry)).then(() => "ok", String);
    await expect.poll(add, { timeout: 30_000, interval: 200 }).toBe("ok");
    await worker.allDone();
    let count = 0;
    using _heard = queues.wakeups.subscribe("res_0", () => count++);
    // The connection that listens may come back a moment after the one that adds.
    await expect.poll(() => queues.wakeups.notify("res_0").then(() => count), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(queues.errors).toEqual([]);
  }, 90_000);
});
