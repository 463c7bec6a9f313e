import { newApiKey } from "@pharmadb/contracts";
import { type Row, revokeApiKey, type Sql } from "@pharmadb/store";
import { expect, vi } from "vitest";
import { test } from "../testing/api-test.ts";
import { startTestApi } from "../testing/start-test-api.ts";
import { submit } from "../testing/submit.ts";
import { callWithKey, withNewKey } from "../testing/with-key.ts";
import { createApiKeyAuthenticator } from "./authenticate-api-key.ts";
import type { Principal } from "./principal.ts";

vi.setConfig({ testTimeout: 60_000 });

const LIST = "/api/v1/research";
const ON = { auth: "on" as const };

test("a service with keys answers whoever has one, and nobody else but on its public pages", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme" });
  const job = await submit(acme);
  expect(await acme.call("GET", LIST)).toMatchObject({ status: 200, body: { data: [{ id: job.id }] } });
  const none = await api.call("GET", LIST);
  expect(none).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  expect(none.headers.get("www-authenticate")).toBe('Bearer realm="pharmadb"');
  for (const path of ["/", "/docs", "/openapi.json", "/healthz", "/readyz"]) {
    expect((await callWithKey(api, "nonsense")("GET", path)).status, path).toBe(200);
  }
});

test("what is not a key, and a key that is not there, are refused alike", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const { key } = await withNewKey(api, parts.sql, { tenantId: "acme" });
  const answers = [
    `Bearer ${newApiKey()}`,
    `Bearer ${key}x`,
    `Bearer ${key} ${key}`,
    "Bearer ",
    `Basic ${key}`,
    key,
  ].map((authorization) => api.call("GET", LIST, { headers: { authorization } }));
  for (const { status, headers, body } of await Promise.all(answers)) {
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="pharmadb", error="invalid_token"');
    expect(body).toMatchObject({ detail: "The API key is not known, or it has been revoked or has expired." });
  }
  // The name of the scheme is in no case, and blanks around the token are none of it.
  expect((await api.call("GET", LIST, { headers: { authorization: `bEARER  ${key} ` } })).status).toBe(200);
});

test("the scope that is missing is named, and admin includes the others, which do not include each other", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: ON });
  const reader = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["read"] });
  const writer = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["write"] });
  const admin = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["admin"] });
  const { links } = await submit(writer);
  const refused = await reader.call("POST", links.cancel);
  expect(refused).toMatchObject({
    status: 403,
    body: { code: "forbidden", detail: expect.stringContaining('scope "write"') },
  });
  expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope", scope="write"');
  expect((await writer.call("GET", links.self)).status).toBe(403);
  expect((await admin.call("GET", links.self)).status).toBe(200);
  expect((await admin.call("POST", links.cancel)).status).toBe(202);
});

test("a refused request is not read: its body counts for nothing", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const answer = await api.call("POST", LIST, { headers: { "content-type": "text/plain" }, body: "not even JSON" });
  expect(answer.status).toBe(401);
});

test("a key that is revoked or past its end stops working within the time that it is remembered", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON, timing: { keyMs: 100 } });
  const revoked = await withNewKey(api, parts.sql, { tenantId: "acme" });
  const ending = await withNewKey(api, parts.sql, { tenantId: "acme", expiresAt: new Date(Date.now() + 700) });
  expect((await revoked.call("GET", LIST)).status).toBe(200);
  expect((await ending.call("GET", LIST)).status).toBe(200);
  await revokeApiKey(parts.sql, revoked.keyId);
  await expect.poll(async () => (await revoked.call("GET", LIST)).status).toBe(401);
  await expect.poll(async () => (await ending.call("GET", LIST)).status).toBe(401);
});

test("a remembered key stops working at its end, not when it is forgotten", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON, timing: { keyMs: 60_000 } });
  const ending = await withNewKey(api, parts.sql, { tenantId: "acme", expiresAt: new Date(Date.now() + 700) });
  expect((await ending.call("GET", LIST)).status).toBe(200);
  await expect.poll(async () => (await ending.call("GET", LIST)).status).toBe(401);
});

test("a key in use costs no statement a request, and guessing keys a statement for all at once", async ({ parts }) => {
  const looked: unknown[] = [];
  const sql: Sql = {
    ...parts.sql,
    query: <R extends Row>(text: string, parameters?: readonly unknown[]) => {
      if (text.includes("api_keys")) looked.push(parameters);
      return parts.sql.query<R>(text, parameters);
    },
  };
  await using api = await startTestApi(parts, { sql, config: ON, timing: { keyMs: 60_000 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme" });
  looked.length = 0;
  for (let i = 0; i < 10; i++) expect((await acme.call("GET", LIST)).status).toBe(200);
  expect(looked).toHaveLength(1);
  const authenticate = createApiKeyAuthenticator(sql, { keyMs: 60_000 });
  looked.length = 0;
  const guessed = await Promise.all(Array.from({ length: 40 }, () => authenticate(newApiKey())));
  expect(guessed.filter((principal) => principal !== null)).toEqual([]);
  expect(looked).toHaveLength(1);
  // What has no right check is not asked about at all.
  expect(await authenticate(`${newApiKey().slice(0, -1)}!`)).toBeNull();
  expect(looked).toHaveLength(1);
});

test("another kind of token than a key is asked of who knows it, and gives its own tenant and scopes", async ({
  parts,
}) => {
  const user: Principal = { tenantId: "clinic", kind: "user", id: "user-1", scopes: ["read"], ratePerMinute: null };
  const authenticators = [async (token: string) => (token === "a.b.c" ? user : null)];
  await using api = await startTestApi(parts, { config: ON, authenticators });
  const call = callWithKey(api, "a.b.c");
  expect(await call("GET", LIST)).toMatchObject({ status: 200, body: { data: [] } });
  expect((await call("POST", LIST, { json: { question: "How many?" } })).status).toBe(403);
  expect((await callWithKey(api, "a.b.d")("GET", LIST)).status).toBe(401);
});

test("a service that has no keys yet starts, lets nobody in and says how to make one", async ({ parts }) => {
  await parts.sql.query("delete from api_keys");
  await using api = await startTestApi(parts, { config: ON });
  const line = await api.logged(({ level }) => level === "warn");
  expect(line.message).toContain("pharmadb keys create --tenant");
  expect((await api.call("GET", LIST)).status).toBe(401);
});
