import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { type FileStorage, openSupabaseFiles } from "@pharmadb/store";
import { expect, test } from "vitest";
import {
  type Fault,
  type SupabaseDouble,
  type SupabaseDoubleOptions,
  startSupabaseDouble,
} from "./start-supabase-double.ts";

type World = AsyncDisposable & {
  double: SupabaseDouble;
  files: FileStorage;
  directory: string;
  /** What goes wrong with the next calls of this kind. */
  breakNext(method: string, ...faults: Fault[]): void;
  put(key: string, bytes: Buffer): Promise<void>;
  callsOf(method: string): number;
};

async function openWorld({
  silenceMs = 60_000,
  ...options
}: SupabaseDoubleOptions & { silenceMs?: number } = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-files-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const broken: { method: string; fault: Fault }[] = [];
  const double = stack.use(
    await startSupabaseDouble({
      ...options,
      faults({ method, path }) {
        const next = path.includes("/object/files/") ? broken.findIndex((each) => each.method === method) : -1;
        return next < 0 ? null : (broken.splice(next, 1)[0]?.fault ?? null);
      },
    }),
  );
  const project = { url: double.url, serviceKey: double.serviceKey, bucket: "files", maxConnections: 4 };
  const files = await openSupabaseFiles({ ...project, timing: { baseMs: 1, silenceMs } });
  const owned = stack.move();
  return {
    double,
    files,
    directory,
    breakNext: (method, ...faults) => void broken.push(...faults.map((fault) => ({ method, fault }))),
    async put(key, bytes) {
      const source = join(directory, "upload");
      await writeFile(source, bytes);
      await files.put(key, source);
    },
    callsOf: (wanted) =>
      double.requests.filter(({ method, path }) => method === wanted && path.includes("/object/files/")).length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const bytes = randomBytes(1_000_000);
const { signal } = new AbortController();
const FAULTS: Fault[] = [
  { kind: "drop" },
  { kind: "gateway", status: 502 },
  { kind: "gateway", status: 429 },
  { kind: "internal" },
];

test.each(FAULTS)("a put gets through %j, and is sent once more", async (fault) => {
  await using world = await openWorld();
  world.breakNext("POST", fault);
  await world.put("a/b", bytes);
  expect(world.callsOf("POST")).toBe(2);
  expect(bytes.equals(await buffer(world.files.read("a/b")))).toBe(true);
});

test.each(FAULTS)("a read gets through %j", async (fault) => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  world.breakNext("GET", fault);
  expect(bytes.equals(await buffer(world.files.read("a/b")))).toBe(true);
});

test("a read that breaks off goes on where it stopped, as often as it takes", async () => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  world.breakNext("GET", ...Array.from({ length: 8 }, (): Fault => ({ kind: "cut", afterBytes: 100_000 })));
  expect(bytes.equals(await buffer(world.files.read("a/b")))).toBe(true);
  const ranges = world.double.requests.flatMap(({ headers }) => headers.range ?? []);
  expect(ranges).toEqual(Array.from({ length: 8 }, (_, index) => `bytes=${(index + 1) * 100_000}-`));
});

test("a part that breaks off goes on to its own end", async () => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  world.breakNext("GET", { kind: "cut", afterBytes: 10 });
  const part = await buffer(world.files.read("a/b", { start: 500, end: 599 }));
  expect(bytes.subarray(500, 600).equals(part)).toBe(true);
});

test("a server that stays silent is given up on, and asked again", async () => {
  await using world = await openWorld({ silenceMs: 200 });
  await world.put("a/b", bytes);
  world.breakNext("GET", { kind: "hang" });
  expect(bytes.equals(await buffer(world.files.read("a/b")))).toBe(true);
  world.breakNext("POST", { kind: "hang" });
  await world.put("a/c", randomBytes(5_000_000));
});

test("a storage that is out ends in an error that may pass, and leaves no part of a file behind", async () => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  const down = Array.from({ length: 5 }, (): Fault => ({ kind: "internal" }));
  world.breakNext("GET", { kind: "cut", afterBytes: 500_000 }, ...down);
  const copied = world.files.materialize("a/b", world.directory, signal);
  await expect(copied).rejects.toMatchObject({ code: "unavailable", retryable: true });
  world.breakNext("POST", ...down);
  await expect(world.put("a/c", randomBytes(1000))).rejects.toMatchObject({ code: "unavailable" });
  // What was to be put is still there for another try.
  expect(await readdir(world.directory)).toEqual(["upload"]);
});

test("bytes that are gone are an error that will not pass, and are asked for once", async () => {
  await using world = await openWorld();
  await expect(buffer(world.files.read("a/none"))).rejects.toMatchObject({ code: "file_unreadable", retryable: false });
  expect(world.callsOf("GET")).toBe(1);
});

test("bytes that are not those of their name are refused, and not left on the disk", async () => {
  await using world = await openWorld();
  await world.put(`a/${"0".repeat(64)}`, bytes);
  const copied = world.files.materialize(`a/${"0".repeat(64)}`, world.directory, signal);
  await expect(copied).rejects.toMatchObject({ code: "file_unreadable" });
  expect(await readdir(world.directory)).toEqual([]);
});

test("bytes that are there already are not sent again; those of another size are replaced", async () => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  await world.put("a/b", bytes);
  expect(world.callsOf("POST")).toBe(1);
  await world.put("a/b", Buffer.from("other"));
  expect(String(await buffer(world.files.read("a/b")))).toBe("other");
});

test("a file larger than the bucket takes is refused at once, and the next call does not wait for its connection", async () => {
  // By the time of the answer all of the body has been sent.
  const onRequest = ({ method }: { method: string }) => (method === "POST" ? wait(300) : undefined);
  await using world = await openWorld({ fileSizeLimit: 280_000, onRequest });
  await expect(world.put("a/b", randomBytes(300_000))).rejects.toMatchObject({ code: "payload_too_large" });
  expect(world.callsOf("POST")).toBe(1);
  await world.put("a/c", bytes.subarray(0, 1000));
  expect(await buffer(world.files.read("a/c"))).toHaveLength(1000);
});

test("no more calls are on the wire than allowed, whoever stops waiting or reading", async () => {
  await using world = await openWorld();
  await world.put("a/b", bytes);
  const left = world.files.read("a/b");
  await new Promise((resolve) => left.once("readable", resolve));
  left.destroy();
  const gone = new AbortController();
  const calls = Array.from({ length: 40 }, async (_, index) => {
    if (index % 4 === 0)
      return void (await world.files.materialize("a/b", world.directory, gone.signal).catch(() => 0));
    expect(bytes.equals(await buffer(world.files.read("a/b")))).toBe(true);
  });
  gone.abort(new Error("No longer wanted."));
  await Promise.all(calls);
  expect(world.double.mostAtOnce()).toBeLessThanOrEqual(4);
  expect(world.double.mostAtOnce()).toBeGreaterThan(1);
});

test("a file that vanishes while every connection is in use fails its own upload and nothing else", async () => {
  const asked = Promise.withResolvers<void>();
  const held: Readable[] = [];
  await using world = await openWorld({
    onRequest: async ({ path, method }) => {
      if (method === "GET" && path.includes("/info/") && path.endsWith("a/lost")) await asked.promise;
    },
  });
  await world.put("a/b", bytes);
  const source = join(world.directory, "lost");
  await writeFile(source, bytes);
  const lost = world.files.put("a/lost", source).catch((error: unknown) => error);
  await expect.poll(() => world.double.requests.some(({ path }) => path.endsWith("a/lost"))).toBe(true);
  // They take what is free, and the connection of the question when it has its answer: the upload comes after them.
  const before = world.callsOf("GET");
  world.breakNext("GET", ...Array.from({ length: 4 }, (): Fault => ({ kind: "hang" })));
  for (let index = 0; index < 4; index++)
    held.push(
      world.files
        .read("a/b")
        .on("error", () => undefined)
        .resume(),
    );
  await rm(source);
  asked.resolve();
  await expect.poll(() => world.callsOf("GET")).toBe(before + 4);
  for (const reader of held) reader.destroy();
  expect(await lost).toMatchObject({ code: "unavailable" });
  await world.put("a/c", bytes);
});

test("readers that stop early, before or after the first byte, give their places back", async () => {
  await using world = await openWorld();
  await world.put("a/b", randomBytes(8_000_000));
  for (let round = 0; round < 6; round++) {
    const reader = world.files.read("a/b");
    if (round % 2) await new Promise((resolve) => reader.once("readable", resolve));
    await new Promise((resolve) => reader.once("close", resolve).destroy());
  }
  expect(await buffer(world.files.read("a/b"))).toHaveLength(8_000_000);
});

test("an abort ends a copy with its own reason, in the middle of the wait for bytes", async () => {
  const stop = new AbortController();
  const arrived = Promise.withResolvers<void>();
  await using world = await openWorld({
    onRequest: ({ method, path }) => (method === "GET" && path.includes("/files/a") ? arrived.resolve() : undefined),
  });
  await world.put("a/b", bytes);
  world.breakNext("GET", { kind: "hang" });
  const copied = world.files.materialize("a/b", world.directory, stop.signal);
  await arrived.promise;
  stop.abort(new Error("Cancelled by its user."));
  await expect(copied).rejects.toThrow("Cancelled by its user.");
  expect(await readdir(world.directory)).toEqual([]);
});

test("a bucket that is missing is made, and is private; an existing one is used", async () => {
  await using world = await openWorld();
  const get = async () => {
    const headers = { authorization: `Bearer ${world.double.serviceKey}` };
    return (await fetch(`${world.double.url}/storage/v1/bucket/files`, { headers })).json();
  };
  expect(await get()).toMatchObject({ public: false });
  await world.put("a/b", bytes);
  const { url, serviceKey } = world.double;
  const again = await openSupabaseFiles({ url, serviceKey, bucket: "files", maxConnections: 1 });
  expect(await readFile(await again.materialize("a/b", world.directory, signal))).toHaveLength(bytes.length);
});

test.each([
  ["an address at which nothing listens", { url: "http://127.0.0.1:9" }, "SUPABASE_URL: "],
  ["an address of something else", { path: "/elsewhere" }, "SUPABASE_URL: "],
  ["a key that is no token", { serviceKey: "sb_secret_x" }, "SUPABASE_SERVICE_KEY: "],
  ["the anon key", { anon: true }, "SUPABASE_SERVICE_KEY: "],
  ["a bad name", { bucket: "a[b]" }, "SUPABASE_BUCKET: "],
  ["a public bucket", { bucket: "public" }, "SUPABASE_BUCKET: public is public"],
])(
  "%s is refused at the start by the name of the variable",
  async (_, { path = "", anon, ...given }: Trouble, says) => {
    await using double = await startSupabaseDouble();
    const headers = { authorization: `Bearer ${double.serviceKey}` };
    const body = JSON.stringify({ id: "public", name: "public", public: true });
    await fetch(`${double.url}/storage/v1/bucket`, { method: "POST", headers, body });
    const project = { url: double.url + path, serviceKey: anon ? double.anonKey : double.serviceKey, bucket: "files" };
    const opened = openSupabaseFiles({ ...project, maxConnections: 1, timing: { baseMs: 1 }, ...given });
    await expect(opened).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining(says) });
  },
);

type Trouble = { url?: string; path?: string; serviceKey?: string; anon?: boolean; bucket?: string };
