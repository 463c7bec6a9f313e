import { generateKeyPairSync } from "node:crypto";
import { createSupabaseUserAuthenticator } from "@pharmadb/api";
import { expect, test } from "vitest";
import type { Claims } from "./project-keys.ts";
import { type Fault, type SupabaseDouble, startSupabaseDouble } from "./start-supabase-double.ts";

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

type Timing = Parameters<typeof createSupabaseUserAuthenticator>[1];

async function openProject(timing: Timing = {}, tenantClaim = ["app_metadata", "tenant_id"]) {
  await using stack = new AsyncDisposableStack();
  const broken: Fault[] = [];
  const faults = () => broken.shift() ?? null;
  const double: SupabaseDouble = stack.use(await startSupabaseDouble({ faults }));
  const { url, serviceKey, keys } = double;
  const issuer = `${url}/auth/v1`;
  const claims = (changes: Claims = {}): Claims => ({
    iss: issuer,
    aud: "authenticated",
    role: "authenticated",
    sub: "user-1",
    exp: inSeconds(60),
    app_metadata: { tenant_id: "acme" },
    ...changes,
  });
  double.users.set("user-1", { id: "user-1", app_metadata: { tenant_id: "acme" } });
  const owned = stack.move();
  return {
    double,
    keys,
    claims,
    broken,
    authenticate: createSupabaseUserAuthenticator({ url, serviceKey, issuer, tenantClaim }, timing),
    asked: (path: string) => double.requests.filter((request) => request.path.endsWith(path)).length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const USER = { tenantId: "acme", kind: "user", id: "user-1", scopes: ["read", "write"], ratePerMinute: null };

test.each(["ES256", "RS256"] as const)(
  "a user's %s token is checked here, with one look at the key set",
  async (alg) => {
    await using project = await openProject();
    for (let call = 0; call < 3; call++) {
      const token = project.keys.signAsymmetric(project.claims({ session: call }), { alg });
      expect(await project.authenticate(token)).toEqual(USER);
    }
    expect(project.double.requests.map(({ path }) => path)).toEqual(["/auth/v1/.well-known/jwks.json"]);
  },
);

test("of a token that is signed with the project's secret the project is asked, once for a while", async () => {
  await using project = await openProject();
  const token = project.keys.signShared(project.claims());
  const both = [project.authenticate(token), project.authenticate(token)];
  expect(await Promise.all(both)).toEqual([USER, USER]);
  expect(await project.authenticate(token)).toEqual(USER);
  expect(project.asked("/auth/v1/user")).toBe(1);
});

test("the project is asked again after that while, and a user who is gone is let in no more", async () => {
  await using project = await openProject({ rememberedMs: 0 });
  const token = project.keys.signShared(project.claims());
  expect(await project.authenticate(token)).toEqual(USER);
  project.double.users.clear();
  expect(await project.authenticate(token)).toBeNull();
});

test.each<[string, Claims]>([
  ["another project", { iss: "https://other.supabase.co/auth/v1" }],
  ["no issuer", { iss: undefined }],
  ["another audience", { aud: "other-service" }],
  ["the anon role", { role: "anon", app_metadata: { tenant_id: "acme" } }],
  ["the service role", { role: "service_role" }],
  ["nobody", { sub: "" }],
  ["the past", { exp: inSeconds(-1) }],
  ["the future", { nbf: inSeconds(60) }],
  ["no end", { exp: undefined }],
])("a well-signed token of %s is nobody's, and the project is not asked", async (_, changes) => {
  await using project = await openProject();
  expect(await project.authenticate(project.keys.signAsymmetric(project.claims(changes)))).toBeNull();
  expect(await project.authenticate(project.keys.signShared(project.claims(changes)))).toBeNull();
  expect(project.double.requests).toEqual([]);
});

test("a list of audiences counts where ours is in it", async () => {
  await using project = await openProject();
  const token = project.keys.signAsymmetric(project.claims({ aud: ["other", "authenticated"] }));
  expect(await project.authenticate(token)).toEqual(USER);
});

test("a token that was just found to hold ends at its end all the same", async () => {
  await using project = await openProject();
  const token = project.keys.signAsymmetric(project.claims({ exp: inSeconds(2) }));
  expect(await project.authenticate(token)).toEqual(USER);
  await expect.poll(() => project.authenticate(token), { timeout: 10_000 }).toBeNull();
});

test("forged tokens are nobody's", async () => {
  await using project = await openProject();
  const { keys, claims } = project;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const good = keys.signAsymmetric(claims());
  const [head = "", , signature = ""] = good.split(".");
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = [
    keys.signAsymmetric(claims(), { key: privateKey }),
    keys.signAsymmetric(claims(), { kid: "rs-1" }),
    keys.signShared(claims(), "another secret"),
    [head, part(claims({ sub: "user-2" })), signature].join("."),
    `${part({ alg: "none" })}.${part(claims())}.`,
    `${part({ alg: "none" })}.${part(claims())}.x`,
    // The public key as the secret of a symmetric signature.
    keys.signShared(claims(), JSON.stringify(keys.jwks.keys[0])),
    good.slice(0, -4),
    `${good}.x`,
    "a.b.c",
    "..",
    "",
    "sb_secret_x",
  ];
  for (const token of forged) expect(await project.authenticate(token), token).toBeNull();
});

test("made-up key ids make the project be asked once, and a new key is found once that time is over", async () => {
  await using project = await openProject({ cooldownMs: 60_000 });
  const { keys, claims } = project;
  for (let index = 0; index < 20; index++) {
    expect(await project.authenticate(keys.signAsymmetric(claims(), { kid: `made-up-${index}` }))).toBeNull();
  }
  expect(project.asked("jwks.json")).toBe(1);
  expect(project.asked("/user")).toBe(0);
  expect(await project.authenticate(keys.signAsymmetric(claims()))).toEqual(USER);
});

test("a key that the project adds is taken, and one that it withdraws is not", async () => {
  await using project = await openProject({ rememberedMs: 0, cooldownMs: 0, freshMs: 0 });
  const { keys, claims } = project;
  const all = keys.jwks.keys.slice();
  const token = keys.signAsymmetric(claims(), { alg: "RS256" });
  keys.jwks.keys.pop();
  expect(await project.authenticate(token)).toBeNull();
  keys.jwks.keys.splice(0, 2, ...all);
  expect(await project.authenticate(token)).toEqual(USER);
  keys.jwks.keys.pop();
  expect(await project.authenticate(token)).toBeNull();
});

test("a project that is out says nothing about a token, and lets those in whose key is known already", async () => {
  await using project = await openProject({ rememberedMs: 0, cooldownMs: 0, freshMs: 0, answerMs: 300 });
  const { keys, claims, authenticate, broken } = project;
  const token = keys.signAsymmetric(claims());
  for (const fault of [{ kind: "drop" }, { kind: "gateway", status: 503 }, { kind: "hang" }] as const) {
    broken.push(fault);
    await expect(authenticate(token)).rejects.toMatchObject({ code: "unavailable" });
    broken.push(fault);
    await expect(authenticate(keys.signShared(claims()))).rejects.toMatchObject({ code: "unavailable" });
  }
  expect(await authenticate(token)).toEqual(USER);
  broken.push({ kind: "drop" });
  expect(await authenticate(token)).toEqual(USER);
});

test.each<[string, Claims]>([
  ["no app_metadata", { app_metadata: undefined }],
  ["no tenant", { app_metadata: {} }],
  ["a tenant that is a number", { app_metadata: { tenant_id: 7 } }],
  ["a tenant that would be a path", { app_metadata: { tenant_id: "../other" } }],
  ["a tenant that its user wrote", { app_metadata: {}, user_metadata: { tenant_id: "acme" }, tenant_id: "acme" }],
])("a user of %s is refused by the name of the claim", async (_, changes) => {
  await using project = await openProject();
  const refused = project.authenticate(project.keys.signAsymmetric(project.claims(changes)));
  await expect(refused).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("app_metadata.tenant_id"),
  });
});

test("the tenant can be in another claim, and the scopes are those that the project gives", async () => {
  await using project = await openProject({}, ["org", "slug"]);
  const { keys, claims, authenticate } = project;
  const give = (scopes: unknown) => {
    return authenticate(
      keys.signAsymmetric(claims({ org: { slug: "clinic" }, app_metadata: { pharmadb_scopes: scopes } })),
    );
  };
  expect(await give(["read"])).toMatchObject({ tenantId: "clinic", scopes: ["read"] });
  expect(await give(["admin"])).toMatchObject({ scopes: ["admin"] });
  for (const bad of ["admin", ["root"], { admin: true }]) {
    await expect(give(bad)).rejects.toMatchObject({ message: expect.stringContaining("app_metadata.pharmadb_scopes") });
  }
});
