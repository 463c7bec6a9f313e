import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { createClient } from "@supabase/supabase-js";
import { expect, test } from "vitest";
import type { Claims } from "./project-keys.ts";
import { type SupabaseDouble, startSupabaseDouble } from "./start-supabase-double.ts";

const EXPIRED = 1_700_000_000;

async function startWithBucket(): Promise<SupabaseDouble> {
  const double = await startSupabaseDouble({ fileSizeLimit: 100_000 });
  await storage(double).createBucket("files", { public: false });
  return double;
}

function storage({ url, serviceKey }: SupabaseDouble, key = serviceKey) {
  return createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } }).storage;
}

test("what the client stores it gets back, whole and in part, and removes", async () => {
  await using double = await startWithBucket();
  const files = storage(double).from("files");
  const { data } = await files.upload("a/b.txt", Buffer.from("0123456789"), { contentType: "text/plain" });
  expect(data?.fullPath).toBe("files/a/b.txt");
  expect(await (await files.download("a/b.txt")).data?.text()).toBe("0123456789");
  expect((await files.list("a")).data?.map(({ name }) => name)).toEqual(["b.txt"]);
  expect((await files.info("a/b.txt")).data).toMatchObject({ size: 10, contentType: "text/plain" });
  expect((await files.remove(["a/b.txt"])).data).toHaveLength(1);
  expect((await files.download("a/b.txt")).error).toMatchObject({ code: "NoSuchKey", status: 400, statusCode: "404" });
});

test.each([
  ["nobody's", "not a token", "AccessDenied"],
  ["a foreign", null, "AccessDenied"],
  ["an expired", { role: "service_role", exp: EXPIRED }, "AccessDenied"],
  ["the anon", { role: "anon" }, "AccessDenied"],
  ["a user's", { role: "authenticated", sub: "u1" }, "AccessDenied"],
  ["an unknown role's", { role: "postgres" }, "DatabaseError"],
])("%s token stores nothing", async (_, token, code) => {
  await using double = await startWithBucket();
  const { keys } = double;
  const shared = () =>
    token === null ? keys.signShared({ role: "service_role" }, "other") : keys.signShared(token as Claims);
  const files = storage(double, typeof token === "string" ? token : shared()).from("files");
  expect((await files.upload("x.txt", "x")).error).toMatchObject({ code });
  expect((await storage(double).from("files").list()).data).toEqual([]);
});

test.each([
  ["a key that exists", "there.txt", "x", "KeyAlreadyExists"],
  ["a key of letters that are not allowed", "naïve.txt", "x", "InvalidKey"],
  ["more bytes than the limit", "big.bin", "x".repeat(100_001), "EntityTooLarge"],
])("%s is refused", async (_, key, body, code) => {
  await using double = await startWithBucket();
  const files = storage(double).from("files");
  await files.upload("there.txt", "before");
  expect((await files.upload(key, body)).error).toMatchObject({ code, status: 400 });
  expect((await files.list()).data?.map(({ name }) => name)).toEqual(["there.txt"]);
  expect(await (await files.download("there.txt")).data?.text()).toBe("before");
});

test("more bytes than the limit are refused also where no length tells of them beforehand", async () => {
  await using double = await startWithBucket();
  const files = storage(double).from("files");
  const body = ReadableStream.from([new Uint8Array(60_000), new Uint8Array(60_000)]);
  expect((await files.upload("big.bin", body)).error).toMatchObject({ code: "EntityTooLarge" });
  expect((await files.list()).data).toEqual([]);
});

test("a connection whose upload was refused unread carries nothing more", async () => {
  await using double = await startWithBucket();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${double.serviceKey}` };
  const ask = (method: string, path: string, bytes = 0) => {
    const length = { "content-length": bytes };
    const sent = request(`${double.url}/storage/v1${path}`, { agent, method, headers: { ...headers, ...length } });
    const answer = Promise.withResolvers<string>();
    sent.on("response", (response) => answer.resolve(text(response))).on("error", answer.reject);
    sent.end(Buffer.alloc(bytes));
    return answer.promise;
  };
  expect(await ask("POST", "/object/files/big.bin", 2_000_000)).toContain("EntityTooLarge");
  const stuck = ask("GET", "/bucket").catch(() => "nothing");
  expect((await storage(double).listBuckets()).data).toHaveLength(1);
  expect(double.requests.filter(({ path }) => path === "/storage/v1/bucket")).toHaveLength(2);
  agent.destroy();
  expect(await stuck).toBe("nothing");
});

test("the client takes the double's users for such, and nobody else's", async () => {
  await using double = await startSupabaseDouble();
  const { auth } = createClient(double.url, double.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const claims = { sub: "u1", role: "authenticated", aud: "authenticated", exp: Math.floor(Date.now() / 1000) + 60 };
  expect((await auth.getClaims(double.keys.signAsymmetric(claims))).data?.claims.sub).toBe("u1");
  expect((await auth.getClaims(double.keys.signAsymmetric(claims, { alg: "RS256" }))).data?.claims.sub).toBe("u1");
  const shared = double.keys.signShared(claims);
  expect((await auth.getUser(shared)).error).toMatchObject({ code: "user_not_found" });
  double.users.set("u1", { id: "u1", app_metadata: {} });
  expect((await auth.getUser(shared)).data.user?.id).toBe("u1");
  expect((await auth.getUser(double.keys.signShared(claims, "other"))).error).toMatchObject({ code: "bad_jwt" });
});
