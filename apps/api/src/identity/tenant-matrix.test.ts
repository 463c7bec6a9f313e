import { newApiKey, type Scope } from "@pharmadb/contracts";
import { revokeApiKey } from "@pharmadb/store";
import { expect, vi } from "vitest";
import type { Route } from "../http/route.ts";
import { ROUTES } from "../routes.ts";
import { test as base } from "../testing/api-test.ts";
import type { Answer, Call } from "../testing/call.ts";
import { ROUTE_CASES, type RouteCase, type Tenant } from "../testing/route-cases.ts";
import { startTestApi } from "../testing/start-test-api.ts";
import { submit } from "../testing/submit.ts";
import { callWithKey, withNewKey } from "../testing/with-key.ts";

vi.setConfig({ testTimeout: 60_000 });

const LACKING: Record<Scope, Scope[]> = { read: ["write"], write: ["read"], admin: ["read", "write"] };

/** Two tenants, and everyone who may do nothing of what the first may. */
const test = base.extend("world", { scope: "file" }, async ({ parts }, { onCleanup }) => {
  const api = await startTestApi(parts, { config: { auth: "on" } });
  onCleanup(() => api.close());
  const keyOf = (tenantId: string, scopes: readonly Scope[], expiresAt: Date | null = null) =>
    withNewKey(api, parts.sql, { tenantId, scopes, expiresAt });
  const revoked = await keyOf("acme", ["admin"]);
  await revokeApiKey(parts.sql, revoked.keyId);
  const strangers: Record<string, Call> = {
    "no key": api.call,
    "an unknown key": callWithKey(api, newApiKey()),
    "a revoked key": revoked.call,
    "an expired key": (await keyOf("acme", ["admin"], new Date(Date.now() - 1000))).call,
  };
  return {
    keyOf,
    strangers,
    acme: { api: await keyOf("acme", ["read", "write"]), parts } satisfies Tenant,
    other: { api: await keyOf("other", ["admin"]), parts } satisfies Tenant,
  };
});

const SCOPED = ROUTES.flatMap((route) => (route.scope === "public" ? [] : [{ ...route, scope: route.scope }]));
const PUBLIC = ROUTES.filter(({ scope }) => scope === "public");

function caseOf({ operationId }: Route): RouteCase {
  const found = ROUTE_CASES[operationId];
  if (!found) throw new Error(`Say in testing/route-cases.ts how "${operationId}" is asked and what comes of it.`);
  return found;
}

function ask({ method }: Route, { path, init }: RouteCase, call: Call, id: string): Promise<Answer> {
  return call(method.toUpperCase(), path(id), init?.(id));
}

test("every route has its place in the matrix, and nothing else has", () => {
  expect(Object.keys(ROUTE_CASES).sort()).toEqual(ROUTES.map(({ operationId }) => operationId).sort());
  for (const route of ROUTES) {
    const pattern = new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`);
    expect(caseOf(route).path("x"), route.operationId).toMatch(pattern);
    if (route.path.startsWith("/api/")) expect(route.scope, route.operationId).not.toBe("public");
    // What names an object in its path says that others find nothing there.
    if (route.scope !== "public" && route.path.includes(":id")) expect(caseOf(route).other).toBe(404);
  }
});

test.for(SCOPED)("$method $path is for keys of its tenant with its scope alone", async (route, { world }) => {
  const { acme, other, keyOf, strangers } = world;
  const asked = caseOf(route);
  const id = await asked.given(acme);
  for (const [name, call] of Object.entries(strangers)) {
    const answer = await ask(route, asked, call, id);
    expect(answer, `with ${name}: ${answer.text}`).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
  }
  const lacking = await ask(route, asked, (await keyOf("acme", LACKING[route.scope])).call, id);
  expect(lacking, lacking.text).toMatchObject({ status: 403, body: { code: "forbidden" } });
  expect(lacking.text).toContain(`scope \\"${route.scope}\\"`);

  const theirs = asked.isList ? await asked.given(other) : "";
  const foreign = await ask(route, asked, other.api.call, id);
  expect(foreign.status, `as another tenant: ${foreign.text}`).toBe(asked.other);
  if (asked.isList) expectListed(foreign, { has: theirs, hasNot: id });

  // Last: had one of the others changed anything, its own tenant would find it changed.
  const own = await ask(route, asked, (await keyOf("acme", [route.scope])).call, id);
  expect(own.status, `as its own tenant: ${own.text}`).toBe(asked.own);
  if (asked.isList) expectListed(own, { has: id, hasNot: theirs });
});

function expectListed({ text }: Answer, { has, hasNot }: { has: string; hasNot: string }): void {
  expect(text).toContain(has);
  expect(text).not.toContain(hasNot);
}

test.for(PUBLIC)("$method $path is for everyone", async (route, { world }) => {
  const asked = caseOf(route);
  for (const call of [...Object.values(world.strangers), world.acme.api.call]) {
    expect((await ask(route, asked, call, "")).status).toBe(asked.own);
  }
});

test("an idempotency key means nothing to another tenant, and a filter shows nothing of one", async ({ world }) => {
  const { acme, other } = world;
  const headers = { "idempotency-key": "same" };
  const json = { question: "How many subjects?", metadata: { study: "shared" } };
  const ids = [];
  for (const { api } of [acme, other]) {
    const { file_ids } = await submit(api);
    const answer = await api.call("POST", "/api/v1/research", { headers, json: { ...json, file_ids } });
    expect(answer.status, answer.text).toBe(202);
    ids.push((answer.body as { id: string }).id);
  }
  const listed = await other.api.call("GET", "/api/v1/research?metadata.study=shared");
  expect((listed.body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([ids[1]]);
  // A cursor is a place in a list, and says nothing of whose it is.
  const after = await other.api.call("GET", `/api/v1/research?after=${ids[0]}&limit=100`);
  expect(after.status).toBe(200);
  expect(after.text).not.toContain(ids[0]);
});
