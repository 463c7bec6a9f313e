import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { NEVER } from "../testing/open-test-sandbox.ts";
import { ChildPool, type Lease } from "./child-pool.ts";
import { probeFences } from "./launch-command.ts";
import type { QueryCall } from "./messages.ts";
import { ChildEnded } from "./sandbox-child.ts";

const fences = await probeFences();
const LIMITS = { timeoutMs: 10_000, maxResidentBytes: 1024 ** 3 };

type TestPool = AsyncDisposable & { pool: ChildPool };

async function openPool(size: number): Promise<TestPool> {
  const cwd = await mkdtemp(join(tmpdir(), "pool-test-"));
  const pool = new ChildPool({ size, fences, cwd });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

async function ask({ child }: Lease, sql: string) {
  await child.ready;
  const limits = { maxRows: 10, maxBytes: 1000, timeoutMs: LIMITS.timeoutMs };
  return await child.call({ op: "query", tables: [], sql, threads: 1, limits }, LIMITS, NEVER);
}

const SLOW = "SELECT count(*) FROM range(1000000) a, range(1000000) b";

test("callers wait in the order in which they came", async () => {
  await using opened = await openPool(1);
  const first = await opened.pool.lease("query", null, NEVER);
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (n) => {
    const lease = await opened.pool.lease("query", null, NEVER);
    order.push(n);
    lease.release(false);
  });
  first.release(false);
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});

test("a caller that gives up while waiting leaves the others their turn", async () => {
  await using opened = await openPool(1);
  const first = await opened.pool.lease("query", null, NEVER);
  const abort = new AbortController();
  const given = opened.pool.lease("query", null, abort.signal);
  const next = opened.pool.lease("query", null, NEVER);
  abort.abort(new Error("given up"));
  await expect(given).rejects.toThrow("given up");
  first.release(false);
  (await next).release(false);
});

test("a crash fails the call of its own child and no other", async () => {
  await using opened = await openPool(2);
  const [one, two] = [await opened.pool.lease("query", "a", NEVER), await opened.pool.lease("query", "b", NEVER)];
  await Promise.all([one.child.ready, two.child.ready]);
  const crashing = ask(one, SLOW);
  const serving = ask(two, "SELECT 42");
  process.kill(one.child.pid ?? 0, "SIGSEGV");
  await expect(crashing).rejects.toMatchObject({ reason: "crash", signal: "SIGSEGV" });
  expect(await serving).toMatchObject({ type: "result", value: { rows: [[42]] } });
  one.release(true);
  two.release(false);
});

test("a child that died while idle is replaced before anyone sees it", async () => {
  await using opened = await openPool(1);
  const lease = await opened.pool.lease("query", "a", NEVER);
  await lease.child.ready;
  lease.release(false);
  process.kill(lease.child.pid ?? 0, "SIGKILL");
  await lease.child.ended;
  const next = await opened.pool.lease("query", "a", NEVER);
  expect(next.child.pid).not.toBe(lease.child.pid);
  expect(await ask(next, "SELECT 1")).toMatchObject({ type: "result" });
  next.release(false);
});

test("a spent child is replaced, a good one is used again for what it has loaded", async () => {
  await using opened = await openPool(2);
  const [a, b] = [await opened.pool.lease("query", "a", NEVER), await opened.pool.lease("query", "b", NEVER)];
  a.child.loadedKey = "a";
  b.child.loadedKey = "b";
  a.release(false);
  b.release(false);
  const again = await opened.pool.lease("query", "b", NEVER);
  expect(again.child.pid).toBe(b.child.pid);
  again.release(true);
  const fresh = await opened.pool.lease("query", "b", NEVER);
  expect(fresh.child.pid).not.toBe(b.child.pid);
  fresh.release(false);
});

test("a reader is never used for SQL, nor the other way round", async () => {
  await using opened = await openPool(1);
  const query = await opened.pool.lease("query", null, NEVER);
  query.release(false);
  const reader = await opened.pool.lease("reader", null, NEVER);
  expect(reader.child.role).toBe("reader");
  expect(reader.child.pid).not.toBe(query.child.pid);
  reader.release(false);
});

test("there are never more children than the size and one spare", async () => {
  await using opened = await openPool(2);
  const work = Array.from({ length: 12 }, async () => {
    const lease = await opened.pool.lease("query", null, NEVER);
    await ask(lease, "SELECT 1");
    expect(opened.pool.living.length).toBeLessThanOrEqual(3);
    lease.release(false);
  });
  await Promise.all(work);
});

test.skipIf(process.platform !== "linux")("a child that grows beyond its memory is killed", async () => {
  await using opened = await openPool(1);
  const lease = await opened.pool.lease("query", null, NEVER);
  await lease.child.ready;
  const limits = { maxRows: 10, maxBytes: 1000, timeoutMs: 10_000 };
  const call: QueryCall = { op: "query", tables: [], sql: SLOW, threads: 1, limits };
  const ended = lease.child.call(call, { ...LIMITS, maxResidentBytes: 10 * 1024 * 1024 }, NEVER);
  await expect(ended).rejects.toMatchObject({ reason: "memory" });
  await expect(ended).rejects.toBeInstanceOf(ChildEnded);
  lease.release(true);
});

test.skipIf(process.platform !== "linux")(
  "a child has no environment, no core dumps and may not write files",
  async () => {
    await using opened = await openPool(1);
    const lease = await opened.pool.lease("query", null, NEVER);
    await lease.child.ready;
    const environment = readFileSync(`/proc/${lease.child.pid}/environ`, "utf8").split("\0").filter(Boolean);
    expect(environment.filter((entry) => !/^(?:NODE_CHANNEL_|PWD=|_=|SHLVL=|OLDPWD)/.test(entry))).toEqual([]);
    const limits = readFileSync(`/proc/${lease.child.pid}/limits`, "utf8");
    expect(limits).toMatch(/Max core file size\s+0\s/);
    expect(limits).toMatch(/Max file size\s+0\s/);
    lease.release(false);
  },
);

test.skipIf(!fences.network)("a child is in a network of its own that leads nowhere", async () => {
  await using opened = await openPool(1);
  const lease = await opened.pool.lease("query", null, NEVER);
  await lease.child.ready;
  expect(readlinkSync(`/proc/${lease.child.pid}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
  lease.release(false);
});

test("closing ends every child and every waiting caller", async () => {
  const opened = await openPool(1);
  const lease = await opened.pool.lease("query", null, NEVER);
  await lease.child.ready;
  const running = ask(lease, SLOW);
  const waiting = opened.pool.lease("query", null, NEVER);
  const pids = opened.pool.living.map((child) => child.pid ?? 0);
  const ends = [
    expect(running).rejects.toMatchObject({ reason: "closed" }),
    expect(waiting).rejects.toMatchObject({ code: "sandbox_failed" }),
  ];
  await opened[Symbol.asyncDispose]();
  await Promise.all(ends);
  expect(pids.length).toBeGreaterThan(1);
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
});

test("children end when their parent is killed, also in the middle of a call, and nothing holds a closed parent", async () => {
  const sandbox = JSON.stringify(new URL("../index.ts", import.meta.url).href);
  const pool = JSON.stringify(new URL("./child-pool.ts", import.meta.url).href);
  const program = `
    import { startSandbox } from ${sandbox};
    import { ChildPool } from ${pool};
    const held = await startSandbox({ cacheDir: process.cwd() + "/cache", tempDir: process.cwd(), processes: 1 });
    await held.close();
    if (process.argv[1] === "close") { console.log("closed"); }
    else {
      const pool = new ChildPool({ size: 1, fences: ${JSON.stringify({ ...fences, parentDeath: false })}, cwd: process.cwd() });
      const { child } = await pool.lease("query", null, new AbortController().signal);
      await child.ready;
      const limits = { maxRows: 1, maxBytes: 1000, timeoutMs: 60000 };
      void child.call({ op: "query", tables: [], sql: ${JSON.stringify(SLOW)}, threads: 1, limits }, { timeoutMs: 60000, maxResidentBytes: 1e9 }, new AbortController().signal);
      console.log(JSON.stringify(pool.living.map((each) => each.pid)));
    }`;
  const cwd = await mkdtemp(join(tmpdir(), "parent-test-"));
  try {
    const closing = spawn(process.execPath, ["--input-type=module", "-e", program, "close"], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(await once(closing, "exit")).toEqual([0, null]);
    const parent = spawn(process.execPath, ["--input-type=module", "-e", program, "hold"], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(parent.stdout, "data");
    const pids: number[] = JSON.parse(String(line));
    expect(pids.every(isAlive)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const deadline = performance.now() + 5000;
    // The kernel tells nobody when a stranger's child ends, so its end has to be looked for.
    while (pids.some(isAlive) && performance.now() < deadline) await delay(20);
    expect(pids.filter(isAlive)).toEqual([]);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});

/** A zombie that nobody has waited for yet is as dead as one that is gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
