import { readdir, stat } from "node:fs/promises";
import { request as sendRequest } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ApiProcess, startApiProcess } from "@pharmadb/cli/testing";
import { type Client, createClient } from "@pharmadb/client";
import { findRedis, startRedis } from "@pharmadb/queue/testing";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { test as base, describe, expect, vi } from "vitest";
import { temporaryFolder } from "../end-to-end/temporary-folder.ts";
import { findNginx, startNginx, type TestNginx } from "./start-nginx.ts";

const missing = [
  findNginx() === null && "nginx",
  findRedis() === null && "redis-server",
  (await findPostgres()) === null && "postgres",
].filter((name) => name !== false);

// Three servers and three processes start together on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Service = AsyncDisposable & {
  nginx: TestNginx;
  /** The service as its clients see it: through nginx. */
  client: Client;
  apis: ApiProcess[];
  uploads: string;
};

async function startService(): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const dataDir = join(folder.path, "data");
  const redis = stack.use(await startRedis());
  const postgres = stack.use(await startPostgres());
  const env = {
    DATABASE_URL: postgres.connectionString,
    REDIS_URL: redis.url,
    PHARMADB_DATA_DIR: dataDir,
    SANDBOX_PROCESSES: "1",
    TRUST_PROXY: "1",
    LOG_LEVEL: "info",
  };
  // The first one applies the migrations.
  const first = stack.use(await startApiProcess({ env }));
  const others = await Promise.all([startApiProcess({ env }), startApiProcess({ env })]);
  const apis = [first, ...others.map((api) => stack.use(api))];
  const nginx = stack.use(await startNginx(apis.map(({ url }) => new URL(url).host)));
  const owned = stack.move();
  return {
    nginx,
    client: createClient({ baseUrl: nginx.url }),
    apis,
    uploads: join(dataDir, "uploads"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures it needs.
const test = base.extend("service", { scope: "file" }, async ({}, { onCleanup }): Promise<Service> => {
  const service = await startService();
  onCleanup(() => service[Symbol.asyncDispose]());
  return service;
});

/** How many requests for this path each process has answered. */
async function spread({ nginx }: Service, path: string): Promise<number[]> {
  const passed = (await nginx.passed()).filter((request) => request.path === path);
  return [...Map.groupBy(passed, ({ upstream }) => upstream).values()].map((group) => group.length);
}

const submit = async ({ client }: Service) => {
  const path = new URL("../../samples/trial/ae.csv", import.meta.url).pathname;
  const file = await client.uploadFile(path);
  return client.submit({ question: "How many adverse events were serious?", file_ids: [file.id] });
};

describe.skipIf(missing.length > 0)(
  `three API processes behind nginx${missing.map((name) => ` (no ${name} here)`).join("")}`,
  () => {
    test("requests go to all of them, and fewest to the one that is busiest", async ({ service }) => {
      const ask = async (path: string) => expect((await fetch(service.nginx.url + path)).status).toBe(200);
      await Promise.all(Array.from({ length: 30 }, () => ask("/healthz")));
      expect(await spread(service, "/healthz")).toHaveLength(3);
      const { links } = await submit(service);
      const client = new AbortController();
      const waiting = fetch(`${service.nginx.url}${links.self}?wait=60`, { signal: client.signal }).catch(() => null);
      // Nothing says that a long poll has arrived but its process's own count.
      const waits = async ({ url }: ApiProcess) =>
        (await (await fetch(`${url}/metrics`)).text()).includes('in_flight{traffic="stream"} 1');
      await expect.poll(async () => (await Promise.all(service.apis.map(waits))).filter(Boolean).length).toBe(1);
      for (let n = 0; n < 12; n++) await ask("/openapi.json");
      expect(await spread(service, "/openapi.json")).toHaveLength(2);
      client.abort();
      await waiting;
    });

    test("events arrive one by one while a job goes on, and the stream ends with the job", async ({ service }) => {
      const { id, links } = await submit(service);
      const response = await fetch(service.nginx.url + links.events);
      const types: string[] = [];
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        types.push(...[...chunk.matchAll(/^event: (.*)$/gm)].map(([, type]) => type ?? ""));
        // No worker runs, so nothing else follows unless the first event came through at once.
        if (types.length === 1) await service.client.cancel(id);
      }
      expect(types).toEqual(["research.queued", "research.cancelled"]);
    });

    test("a long poll lasts as long as it asks for, and ends early when another process ends the job", async ({
      service,
    }) => {
      const { id, links } = await submit(service);
      const startedAt = performance.now();
      const poll = await fetch(`${service.nginx.url}${links.self}?wait=3`);
      expect([poll.status, ((await poll.json()) as { status: string }).status]).toEqual([200, "queued"]);
      expect(performance.now() - startedAt).toBeGreaterThan(2_900);
      const ending = fetch(`${service.nginx.url}${links.self}?wait=60`);
      await service.client.cancel(id);
      expect(await (await ending).json()).toMatchObject({ status: "cancelled" });
    });

    test("a file of 60 MB streams through: bytes arrive before the last one is sent", async ({ service }) => {
      const line = `${"S-0001,NAUSEA,MILD,some words to fill the line with ".padEnd(98, "x")}\n`;
      const half = Buffer.from(line.repeat(300_000));
      const boundary = "----boundary";
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\nUSUBJID,AETERM,AESEV,NOTE\n`;
      const sending = sendRequest(`${service.nginx.url}/api/v1/files`, {
        method: "POST",
        headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
      });
      const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
        sending.on("error", reject).on("response", async (response) => {
          resolve({ status: response.statusCode ?? 0, body: await text(response) });
        });
      });
      sending.write(head);
      sending.write(half);
      const arrived = async () => {
        const names = await readdir(service.uploads);
        const sizes = await Promise.all(names.map((name) => stat(join(service.uploads, name)).then((it) => it.size)));
        return Math.max(0, ...sizes);
      };
      await expect.poll(arrived, { timeout: 30_000 }).toBeGreaterThan(half.length / 2);
      sending.write(half);
      sending.end(`\r\n--${boundary}--\r\n`);
      const { status, body } = await answered;
      expect(status, body).toBe(201);
      expect(JSON.parse(body)).toMatchObject({ profile: { row_count: 600_000 } });
      expect((JSON.parse(body) as { bytes: number }).bytes).toBeGreaterThan(59_000_000);
    });

    test("the API knows its clients by what nginx says of them, not by what they say", async ({ service }) => {
      const headers = { "x-forwarded-for": "203.0.113.5", "x-request-id": "who-am-i" };
      expect((await fetch(`${service.nginx.url}/api/v1/research`, { headers })).status).toBe(200);
      const lines = await Promise.any(service.apis.map((api) => api.logged(/"request_id":"who-am-i"/)));
      expect(JSON.parse(lines)).toMatchObject({ client: "127.0.0.1" });
    });

    test("refusals of the API come through as they are", async ({ service }) => {
      const unknown = await fetch(`${service.nginx.url}/api/v1/research/res_00000000000000000000000000`);
      expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
      expect(await unknown.json()).toMatchObject({ code: "not_found" });
      const large = { question: "x".repeat(1_500_000) };
      const refused = await fetch(`${service.nginx.url}/api/v1/research`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(large),
      });
      expect([refused.status, await refused.json()]).toMatchObject([413, { code: "payload_too_large" }]);
      expect((await fetch(`${service.nginx.url}/metrics`)).status).toBe(404);
    });

    // The last one: it takes a process away.
    test("a process that is killed costs no request that is sent after, and none that can be sent again", async ({
      service,
    }) => {
      const { links } = await submit(service);
      const polls = Array.from({ length: 6 }, () => fetch(`${service.nginx.url}${links.self}?wait=4`));
      const inFlight = async ({ url }: ApiProcess) =>
        (await (await fetch(`${url}/metrics`)).text()).includes('in_flight{traffic="stream"} 2');
      await expect
        .poll(async () => (await Promise.all(service.apis.map(inFlight))).filter(Boolean).length, { timeout: 3_000 })
        .toBe(3);
      const [victim] = service.apis;
      victim?.signal("SIGKILL");
      await victim?.ended;
      expect((await Promise.all(polls)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
      const asks = Array.from({ length: 40 }, (_, n) =>
        n % 2 === 0
          ? fetch(`${service.nginx.url}/api/v1/research?limit=1`).then(({ status }) => status)
          : submit(service).then(({ status }) => (status === "queued" ? 200 : 0)),
      );
      expect(new Set(await Promise.all(asks))).toEqual(new Set([200]));
    });
  },
);
