import { expect, vi } from "vitest";
import { test } from "../testing/api-test.ts";
import { readEvents } from "../testing/read-events.ts";
import { startTestApi } from "../testing/start-test-api.ts";
import { submit } from "../testing/submit.ts";
import { withNewKey } from "../testing/with-key.ts";

vi.setConfig({ testTimeout: 60_000 });

test("a tenant has its share of streams and long polls, whichever keys it uses, and leaves the others theirs", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: { auth: "on", maxStreamsPerTenant: 2 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "streams" });
  const again = await withNewKey(api, parts.sql, { tenantId: "streams" });
  const { links, file_ids } = await submit(acme);
  const open = (key: string) => readEvents(api.url + links.events, { authorization: `Bearer ${key}` });
  const first = open(acme.key);
  await first.next();
  const second = open(again.key);
  await second.next();

  const question = { question: "How many subjects are there?", sources: ["openfda"] };
  const refused = [
    await acme.call("GET", links.events, { headers: { accept: "text/event-stream" } }),
    await again.call("GET", `${links.self}?wait=30`),
    await again.call("POST", "/api/v1/research", { json: question, headers: { prefer: "wait=30" } }),
  ];
  for (const { status, body, text, headers } of refused) {
    expect({ status, body }).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(text).toContain("MAX_STREAMS_PER_TENANT");
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  // Only what waits counts, and only for its own tenant.
  expect((await acme.call("GET", links.self)).status).toBe(200);
  expect((await acme.call("GET", `${links.self}?wait=0`)).status).toBe(200);
  const json = { question: "How many?", file_ids };
  const atOnce = await acme.call("POST", "/api/v1/research", { json, headers: { prefer: "wait=0" } });
  expect(atOnce.status).toBe(202);
  const other = await withNewKey(api, parts.sql, { tenantId: "streams-2" });
  const theirs = await submit(other);
  const third = readEvents(api.url + theirs.links.events, { authorization: `Bearer ${other.key}` });
  await third.next();

  await first.return(undefined);
  await expect.poll(async () => (await acme.call("GET", `${links.self}?wait=1`)).status).toBe(200);
  for (const stream of [second, third]) await stream.return(undefined);
});

test("a client that has gone before it was known who it is leaves no place taken", async ({ parts }) => {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let isHeld = false;
  // Holds the look-up of the key until the client has left.
  const sql: typeof parts.sql = {
    ...parts.sql,
    async query(text, parameters) {
      if (isHeld && text.includes("api_keys")) {
        asked.resolve();
        await gone.promise;
      }
      return parts.sql.query(text, parameters);
    },
  };
  await using api = await startTestApi(parts, {
    sql,
    config: { auth: "on", maxStreamsPerTenant: 1 },
    timing: { keyMs: 0 },
  });
  const acme = await withNewKey(api, parts.sql, { tenantId: "streams-3" });
  const { links } = await submit(acme);
  isHeld = true;
  const client = new AbortController();
  const headers = { authorization: `Bearer ${acme.key}` };
  const left = fetch(`${api.url}${links.events}`, { headers, signal: client.signal }).catch(() => "left");
  await asked.promise;
  client.abort();
  expect(await left).toBe("left");
  await api.logged(({ message, path }) => message === "request" && path === links.events);
  isHeld = false;
  gone.resolve();
  await expect.poll(async () => (await acme.call("GET", `${links.self}?wait=1`)).status).toBe(200);
});
