import { Writable } from "node:stream";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import { expect, test } from "vitest";
import { type OperationsDeps, serveOperations } from "./serve-operations.ts";

const settings = { metricsHost: null, metricsPort: 0, metricsToken: null };

function deps(): OperationsDeps & { out: Set<string> } {
  const out = new Set<string>();
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return {
    out,
    sql: { atOnce: 1, query: async () => [], transaction: () => Promise.reject(new Error("unused")) },
    queues: { ping: () => (out.has("queue") ? Promise.reject(new Error("out")) : Promise.resolve()) },
    metrics: createMetrics(),
    logger: createLogger({ level: "info", service: "test", stream }),
  };
}

test("a worker answers for its metrics and its health, and for nothing else", async () => {
  const given = deps();
  await using served = await serveOperations(settings, given);
  const get = async (path: string, init?: RequestInit) => (await fetch(served.url + path, init)).status;
  expect(await (await fetch(`${served.url}/metrics`)).text()).toContain("pharmadb_jobs_running 0");
  expect([await get("/healthz"), await get("/readyz"), await get("/api/v1/research")]).toEqual([200, 200, 404]);
  expect(await get("/healthz", { method: "POST" })).toBe(405);
  expect(await get("/metrics", { headers: { "x-forwarded-for": "127.0.0.1" } })).toBe(403);
  given.out.add("queue");
  const ready = await fetch(`${served.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: "out", checks: { record: "ok", queue: "out" } });
});

test("with a token a worker's metrics are for whoever has it, its health for everybody", async () => {
  const metricsToken = "a-token-of-some-length";
  await using served = await serveOperations({ ...settings, metricsToken }, deps());
  expect((await fetch(`${served.url}/metrics`)).status).toBe(401);
  const headers = { authorization: `Bearer ${metricsToken}` };
  expect((await fetch(`${served.url}/metrics`, { headers })).status).toBe(200);
  expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
});
