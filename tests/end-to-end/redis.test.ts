import { fileURLToPath } from "node:url";
import { startApiProcess, startWorkerProcess, type TestProcess } from "@pharmadb/cli/testing";
import type { Client } from "@pharmadb/client";
import type { TestRedis } from "@pharmadb/queue/testing";
import { Redis } from "ioredis";
import { describe, expect, test, vi } from "vitest";
import { missingServers, startServers } from "./start-servers.ts";

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));
const missing = await missingServers();

// Each test starts two servers and several processes.
vi.setConfig({ testTimeout: 120_000 });

/** Asks; the answer that it is accepted waits for no Redis. */
async function ask(client: Client): Promise<string> {
  const file = await client.uploadFile(AE);
  const startMs = performance.now();
  const { id } = await client.submit({ question: "How many adverse events were serious?", file_ids: [file.id] });
  expect(performance.now() - startMs).toBeLessThan(2_000);
  return id;
}

async function queueState(url: string): Promise<unknown> {
  const response = await fetch(`${url}/readyz`);
  const body = (await response.json()) as { checks: { queue: string } };
  return { status: response.status, queue: body.checks.queue };
}

async function flush({ url }: TestRedis): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

describe.skipIf(missing.length > 0)(
  `on Redis and Postgres${missing.map((name) => ` (no ${name} here)`).join("")}`,
  () => {
    test("a job that is submitted while Redis is stopped or hangs is accepted at once, and done once Redis is back", async () => {
      await using servers = await startServers();
      await using api = await startApiProcess({ env: servers.env });
      await using worker = await startWorkerProcess({ env: servers.env });
      expect((await api.client.waitForEnd(await ask(api.client))).status).toBe("completed");
      expect(await queueState(api.url)).toEqual({ status: 200, queue: "ok" });

      await servers.redis.stop("SIGKILL");
      await Promise.all([api.logged(/Redis is away/), worker.logged(/Redis is away/)]);
      const id = await ask(api.client);
      await expect.poll(() => queueState(api.url), { timeout: 10_000 }).toEqual({ status: 503, queue: "out" });

      await servers.redis.start();
      await expect.poll(() => queueState(api.url), { timeout: 30_000 }).toEqual({ status: 200, queue: "ok" });
      expect((await api.client.waitForEnd(id)).status).toBe("completed");
      const told = ({ log }: TestProcess) => log.filter((line) => line.includes("Redis is away")).length;
      // The API tells it for its queues and for its limits.
      expect([told(api), told(worker)]).toEqual([2, 1]);

      servers.redis.signal("SIGSTOP");
      const whileItHung = await ask(api.client);
      servers.redis.signal("SIGCONT");
      expect((await api.client.waitForEnd(whileItHung)).status).toBe("completed");
      worker.signal("SIGTERM");
      api.signal("SIGTERM");
      expect(await Promise.all([worker.ended, api.ended])).toEqual([0, 0]);
    });

    test("a worker that waits for a job ends when it is told to, and not when its connection would be given up", async () => {
      await using servers = await startServers();
      await using worker = await startWorkerProcess({ env: servers.env });
      await using api = await startApiProcess({ env: servers.env });
      expect((await api.client.waitForEnd(await ask(api.client))).status).toBe("completed");
      const toldAt = performance.now();
      worker.signal("SIGTERM");
      expect(await worker.ended).toBe(0);
      expect(performance.now() - toldAt).toBeLessThan(15_000);
    });

    test("a Redis that loses everything loses no job", async () => {
      await using servers = await startServers();
      await using api = await startApiProcess({ env: servers.env });
      const ids = await Promise.all([ask(api.client), ask(api.client), ask(api.client)]);
      await flush(servers.redis);
      await using _worker = await startWorkerProcess({ env: servers.env });
      for (const id of ids) expect((await api.client.waitForEnd(id)).status).toBe("completed");
    });

    test("without Redis the API does not start and says why, while a worker waits for it", async () => {
      await using servers = await startServers();
      await servers.redis.stop();
      await expect(startApiProcess({ env: servers.env })).rejects.toThrow(
        /REDIS_URL: Redis does not answer: .*ECONNREFUSED/,
      );
      await using worker = await startWorkerProcess({ env: servers.env });
      await using stopped = await startWorkerProcess({ env: servers.env });
      for (const { logged } of [worker, stopped]) await logged(/Redis is away, waiting for it/);
      stopped.signal("SIGTERM");
      expect(await stopped.ended).toBe(0);
      await servers.redis.start();
      await using api = await startApiProcess({ env: servers.env });
      expect((await api.client.waitForEnd(await ask(api.client))).status).toBe("completed");
    });
  },
);
