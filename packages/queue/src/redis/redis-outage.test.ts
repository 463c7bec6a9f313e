import { RedisUrl } from "@pharmadb/contracts";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { Queues } from "../queues.ts";
import { findRedis, startRedis, type TestRedis, type TestRedisOptions } from "../testing/index.ts";

/** A log that others can wait on. */
function createLog() {
  const lines: string[] = [];
  const errors: Error[] = [];
  return {
    lines,
    errors,
    log: {
      info: (message: string) => lines.push(message),
      warn: (message: string) => lines.push(message),
    },
    onError: (error: Error) => errors.push(error),
    said: (message: string | RegExp) => expect.poll(() => lines.join("\n"), { timeout: 10_000 }).toMatch(message),
  };
}

type Opened = AsyncDisposable & { server: TestRedis; queues: Queues; told: ReturnType<typeof createLog> };

async function open(options: TestRedisOptions = {}, { stopped = false } = {}): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startRedis(options));
  if (stopped) await server.stop();
  const told = createLog();
  const absent = stopped ? "wait" : "refuse";
  const { log, onError } = told;
  const queues = await openQueues({ redis: RedisUrl.parse(server.url), absent, log, onError });
  stack.defer(() => queues.close());
  const owned = stack.move();
  return { server, queues, told, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function startWorker(queues: Queues, process: (id: string) => Promise<void> = async () => undefined) {
  const ended: string[] = [];
  const worker = queues.startResearchWorker({
    concurrency: 5,
    async process({ id }) {
      await process(id);
      ended.push(id);
    },
    giveBack: async () => undefined,
  });
  const done = (id: string) => expect.poll(() => ended, { timeout: 20_000 }).toContain(id);
  return { ...worker, done, [Symbol.asyncDispose]: () => worker.close() };
}

const entry = (id: string) => ({ id, dispatch: 1, priority: "interactive" }) as const;

const isMissing = findRedis() === null;
const note = isMissing ? " (no redis-server here)" : "";

describe.skipIf(isMissing)(`while Redis is away${note}`, () => {
  test("what serves requests fails at once, and works again when it is back", async () => {
    await using opened = await open({ appendOnly: true });
    const { server, queues, told } = opened;
    await queues.research.addBulk([entry("res_before")]);
    await server.stop("SIGKILL");
    await told.said(/Redis is away/);
    const startMs = performance.now();
    await expect(queues.research.addBulk([entry("res_a")])).rejects.toThrow();
    await expect(queues.ping()).rejects.toThrow();
    await expect(queues.wakeups.notify("res_a")).rejects.toThrow();
    await expect(queues.research.missing([entry("res_a")])).rejects.toThrow();
    expect(performance.now() - startMs).toBeLessThan(500);
    await server.start();
    await told.said(/Redis is back/);
    await queues.research.addBulk([entry("res_a")]);
    const asked = ["res_before", "res_a", "res_b"].map(entry);
    expect(await queues.research.missing(asked)).toEqual([entry("res_b")]);
    expect(told.lines).toEqual(["Redis is away, waiting for it", "Redis is back"]);
    expect(told.errors).toEqual([]);
  });

  test("what serves requests fails within seconds where Redis hangs, and works again when it goes on", async () => {
    await using opened = await open();
    const { server, queues } = opened;
    server.signal("SIGSTOP");
    const startMs = performance.now();
    await expect(queues.research.addBulk([entry("res_a")])).rejects.toThrow("timed out");
    expect(performance.now() - startMs).toBeLessThan(5_000);
    server.signal("SIGCONT");
    await expect.poll(() => queues.ping().then(() => "ok", String), { timeout: 20_000 }).toBe("ok");
    await queues.research.addBulk([entry("res_a")]);
  });

  test("a worker waits for it, ends what it was running, and takes jobs again", async () => {
    await using opened = await open({ appendOnly: true });
    const { server, queues, told } = opened;
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    await using worker = startWorker(queues, (id) => {
      started.resolve();
      return id === "res_held" ? gate.promise : Promise.resolve();
    });
    await queues.research.addBulk([entry("res_held")]);
    await started.promise;
    await server.stop("SIGKILL");
    await told.said(/Redis is away/);
    gate.resolve();
    await server.start();
    await worker.done("res_held");
    const addNext = () => queues.research.addBulk([entry("res_next")]).then(() => "ok", String);
    await expect.poll(addNext, { timeout: 15_000 }).toBe("ok");
    await worker.done("res_next");
    expect(told.errors).toEqual([]);
  });

  test("a worker that starts without it waits, and hints are heard once it is there", async () => {
    await using opened = await open({}, { stopped: true });
    const { server, queues, told } = opened;
    await using worker = startWorker(queues);
    const heard = Promise.withResolvers<void>();
    using _heard = queues.wakeups.subscribe("res_a", heard.resolve);
    await told.said(/Redis is away/);
    await server.start();
    await told.said(/Redis is back/);
    await queues.research.addBulk([entry("res_a")]);
    await worker.done("res_a");
    await queues.wakeups.notify("res_a");
    await heard.promise;
  });

  test("hints are heard again after it", async () => {
    await using opened = await open();
    const { server, queues, told } = opened;
    await server.stop("SIGKILL");
    await told.said(/Redis is away/);
    await server.start();
    await told.said(/Redis is back/);
    let count = 0;
    using _heard = queues.wakeups.subscribe("res_a", () => count++);
    await queues.wakeups.notify("res_a");
    await expect.poll(() => count).toBe(1);
  });

  test("a worker can be closed, its running job first", async () => {
    await using opened = await open();
    const { server, queues, told } = opened;
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const worker = startWorker(queues, () => {
      started.resolve();
      return gate.promise;
    });
    await queues.research.addBulk([entry("res_a")]);
    await started.promise;
    await server.stop("SIGKILL");
    await told.said(/Redis is away/);
    let isClosed = false;
    const closed = worker.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    gate.resolve();
    await closed;
  });

  test("a worker that is closing when it goes away ends all the same", async () => {
    await using opened = await open();
    const { server, queues, told } = opened;
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const worker = startWorker(queues, () => {
      started.resolve();
      return gate.promise;
    });
    await queues.research.addBulk([entry("res_a")]);
    await started.promise;
    const closed = worker.close();
    await server.stop("SIGKILL");
    await told.said(/Redis is away/);
    gate.resolve();
    await closed;
  });
});

test.skipIf(isMissing)(`a Redis that loses everything holds up no worker${note}`, async () => {
  await using opened = await open();
  const { server, queues } = opened;
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using worker = startWorker(queues, (id) => {
    started.resolve();
    return id === "res_held" ? gate.promise : Promise.resolve();
  });
  await queues.research.addBulk([entry("res_held")]);
  await started.promise;
  const client = new Redis(server.url);
  await client.flushall();
  client.disconnect();
  expect(await queues.research.missing([entry("res_held")])).toEqual([entry("res_held")]);
  gate.resolve();
  await worker.done("res_held");
  await queues.research.addBulk([entry("res_next"), entry("res_other")]);
  await worker.done("res_next");
  await worker.done("res_other");
});

describe.skipIf(isMissing)(`a Redis that is not as it should be${note}`, () => {
  const openAt = (url: string) => openQueues({ redis: RedisUrl.parse(url), absent: "refuse" });

  test("is refused at the start where it is not there or the password is wrong, without repeating that", async () => {
    await using server = await startRedis({ password: "right" });
    await expect(openAt(server.url.replace("right", "s3cret"))).rejects.toThrow(/Redis does not answer: WRONGPASS/);
    await expect(openAt(`redis://127.0.0.1:${server.port}`)).rejects.toThrow(/Redis does not answer: .*NOAUTH/);
    await server.stop();
    await expect(openAt(server.url)).rejects.toThrow(/Redis does not answer: .*ECONNREFUSED/);
  });

  test("is named in the log where it may evict entries", async () => {
    await using opened = await open({ args: ["--maxmemory-policy", "allkeys-lru"] });
    await opened.told.said(/noeviction/);
    await using good = await open();
    await good.queues.ping();
    expect(good.told.lines).toEqual([]);
  });
});
