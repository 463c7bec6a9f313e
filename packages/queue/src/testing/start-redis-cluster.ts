import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { startRedis, type TestRedis, type TlsFiles } from "./start-redis.ts";

const SLOTS = 16_384;
const NODES = 3;
const JOIN_MS = 30_000;

export type TestRedisCluster = AsyncDisposable & {
  /** For `REDIS_URL`. */
  url: string;
  nodes: TestRedis[];
};

/** Starts a throwaway Redis Cluster of three nodes that share the slots. */
export async function startRedisCluster({ tls }: { tls?: TlsFiles } = {}): Promise<TestRedisCluster> {
  await using stack = new AsyncDisposableStack();
  const nodes: TestRedis[] = [];
  const busPorts: number[] = [];
  for (let count = 0; count < NODES; count++) {
    const busPort = await freePort();
    const args = ["--cluster-enabled", "yes", "--cluster-port", `${busPort}`];
    nodes.push(stack.use(await startRedis({ args, ...(tls && { tls }) })));
    busPorts.push(busPort);
  }
  const trust = tls && { tls: { ca: await readFile(tls.ca) } };
  using clients = new DisposableStack();
  const [first, ...others] = nodes.map(({ port }) =>
    clients.adopt(new Redis({ host: "127.0.0.1", port, ...trust }), (client) => client.disconnect()),
  );
  if (!first) throw new Error("A cluster has nodes.");
  const share = Math.ceil(SLOTS / NODES);
  for (const [index, client] of [first, ...others].entries()) {
    await client.call("CLUSTER", "ADDSLOTSRANGE", index * share, Math.min((index + 1) * share, SLOTS) - 1);
  }
  for (const [index, { port }] of nodes.entries()) {
    await first.call("CLUSTER", "MEET", "127.0.0.1", port, busPorts[index] ?? 0);
  }
  await Promise.all([first, ...others].map(untilWhole));
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const owned = stack.move();
  return {
    url: `${tls ? "rediss" : "redis"}+cluster://${hosts}${tls ? `?sslrootcert=${encodeURIComponent(tls.ca)}` : ""}`,
    nodes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Waits until a node knows the whole cluster. */
async function untilWhole(client: Redis): Promise<void> {
  const end = performance.now() + JOIN_MS;
  for (;;) {
    const info = await client.cluster("INFO");
    if (info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${NODES}`)) return;
    if (performance.now() > end) throw new Error(`The cluster did not come together:\n${info}`);
    await pause(50);
  }
}
