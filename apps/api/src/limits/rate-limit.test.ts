import { newApiKey } from "@pharmadb/contracts";
import { expect, vi } from "vitest";
import { test } from "../testing/api-test.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { callWithKey, withNewKey } from "../testing/with-key.ts";

vi.setConfig({ testTimeout: 60_000 });

const RESEARCH = "/api/v1/research";

/** Submits something that is counted and then refused for what it says; gives the status. */
async function submitAs(api: TestApi, forwardedFor?: string) {
  const headers: Record<string, string> = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  return api.call("POST", RESEARCH, { headers, json: { question: "?" } });
}

async function statusesAs(api: TestApi, addresses: (string | undefined)[]): Promise<number[]> {
  const statuses = [];
  for (const address of addresses) statuses.push((await submitAs(api, address)).status);
  return statuses;
}

test("a key may send as many requests a minute as it has a rate, and is told how many are left", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on" } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["read"], ratePerMinute: 3 });
  for (const left of [2, 1, 0]) {
    const { status, headers } = await acme.call("GET", RESEARCH);
    expect(status).toBe(200);
    expect(headers.get("ratelimit-policy")).toBe('"key";q=3;w=60');
    expect(headers.get("ratelimit")).toMatch(new RegExp(`^"key";r=${left};t=(60|59|58)$`));
  }
  const refused = await acme.call("GET", RESEARCH);
  expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  expect(refused.headers.get("ratelimit")).toMatch(/^"key";r=0;t=\d+$/);
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(50);
  expect(wait).toBeLessThanOrEqual(60);
  // Another key of the same tenant has a limit of its own.
  const second = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["read"], ratePerMinute: 3 });
  expect((await second.call("GET", RESEARCH)).status).toBe(200);
  // What a key may not do counts as well, else asking for it would be free.
  expect((await acme.call("POST", RESEARCH, { json: {} })).status).toBe(429);
  expect((await acme.call("GET", "/healthz")).headers.has("ratelimit")).toBe(false);
});

test("a key without a rate has the service's", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on", rateLimitPerKey: 1 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme" });
  expect((await acme.call("GET", RESEARCH)).headers.get("ratelimit")).toMatch(/^"key";r=0;/);
  expect((await acme.call("GET", RESEARCH)).status).toBe(429);
});

test("without a good key an address may submit ten times a minute, and ask for other things as it likes", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: { auth: "on", rateLimitLoopback: true } });
  const guess = { ...api, call: callWithKey(api, newApiKey()) };
  const statuses = [...(await statusesAs(api, Array(6))), ...(await statusesAs(guess, Array(6)))];
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  expect((await api.call("GET", RESEARCH)).status).toBe(401);
  // Who has a key is not held up by those at the same address who have none.
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme" });
  expect((await submitAs(acme)).status).toBe(422);
});

test("an address whose keys fail sixty times a minute is refused on every route, but for keys that have worked", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: { auth: "on", trustProxy: 1 } });
  const at = (key: string, address: string) =>
    callWithKey(api, key)("GET", RESEARCH, { headers: { "x-forwarded-for": address } });
  const [known, fresh] = [
    await withNewKey(api, parts.sql, { tenantId: "acme" }),
    await withNewKey(api, parts.sql, { tenantId: "acme" }),
  ];
  expect((await at(known.key, "2001:db8::1")).status).toBe(200);
  for (let n = 0; n < 60; n++) expect((await at(newApiKey(), "2001:db8::2")).status).toBe(401);
  const refused = await at(newApiKey(), "2001:db8::3");
  expect(refused).toMatchObject({
    status: 429,
    body: { code: "rate_limited", detail: expect.stringContaining("60 keys") },
  });
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect((await at(fresh.key, "2001:db8::1")).status).toBe(429);
  expect((await at(known.key, "2001:db8::1")).status).toBe(200);
  expect((await at(fresh.key, "2001:db8:0:1::1")).status).toBe(200);
  // Without a key there is nothing to look at.
  const { status } = await api.call("GET", RESEARCH, { headers: { "x-forwarded-for": "2001:db8::1" } });
  expect(status).toBe(401);
  // Of this machine nobody counts unless the limit for addresses is set.
  for (let n = 0; n < 62; n++) expect((await callWithKey(api, newApiKey())("GET", RESEARCH)).status).toBe(401);
});

test("a service without keys counts submissions by address, unless they come from its own machine", async ({
  parts,
}) => {
  await using open = await startTestApi(parts);
  expect(await statusesAs(open, Array(12))).toEqual(Array(12).fill(422));
  await using told = await startTestApi(parts, { config: { rateLimitLoopback: true, rateLimitPerMinute: 2 } });
  expect(await statusesAs(told, Array(3))).toEqual([422, 422, 429]);
  await using proxied = await startTestApi(parts, { config: { trustProxy: 1 } });
  expect(await statusesAs(proxied, Array(11).fill("203.0.113.7"))).toEqual([...Array(10).fill(422), 429]);
  expect(await statusesAs(proxied, ["203.0.113.8"])).toEqual([422]);
});

test("the address is what a trusted proxy says, and what the client made up counts for nothing", async ({ parts }) => {
  const config = { rateLimitLoopback: true, rateLimitPerMinute: 1 };
  await using direct = await startTestApi(parts, { config });
  expect(await statusesAs(direct, ["203.0.113.1", "203.0.113.2"])).toEqual([422, 429]);
  await direct.logged(({ client, status }) => client === "127.0.0.1" && status === 429);

  // nginx appends what it sees to what it was sent.
  await using behindOne = await startTestApi(parts, { config: { ...config, trustProxy: 1 } });
  expect(await statusesAs(behindOne, ["1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1"])).toEqual([422, 429]);
  expect(await statusesAs(behindOne, ["1.1.1.1, 203.0.113.2"])).toEqual([422]);
  await behindOne.logged(({ client }) => client === "203.0.113.2");

  await using behindKnown = await startTestApi(parts, {
    config: { ...config, trustProxy: ["loopback", "10.0.0.0/8"] },
  });
  expect(await statusesAs(behindKnown, ["203.0.113.1, 10.0.0.5", "203.0.113.1"])).toEqual([422, 429]);
  expect(await statusesAs(behindKnown, ["203.0.113.1, 198.51.100.9"])).toEqual([422]);

  await using behindOther = await startTestApi(parts, { config: { ...config, trustProxy: ["10.0.0.0/8"] } });
  expect(await statusesAs(behindOther, ["203.0.113.1", "203.0.113.2"])).toEqual([422, 429]);
});

test("an IPv6 client cannot get around its limit by its many addresses", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { trustProxy: 1, rateLimitPerMinute: 2 } });
  const statuses = await statusesAs(api, ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3"]);
  expect(statuses).toEqual([422, 422, 429]);
  expect(await statusesAs(api, ["2001:db8:0:2::1"])).toEqual([422]);
});
