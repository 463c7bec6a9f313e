import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { spawnRedis } from "./spawn-redis.ts";
import { startRedis, type TestRedis, type TlsFiles, tlsSettings } from "./start-redis.ts";

const GROUP = "main";
const PASSWORD = "of the servers";
const SENTINEL_PASSWORD = "of the sentinel";
const READY_MS = 30_000;

export type TestRedisSentinel = AsyncDisposable & {
  /** For `REDIS_URL`. */
  url: string;
  /** The server that is first at the start. */
  first: TestRedis;
  /** The one that follows it, and takes over. */
  second: TestRedis;
};

/** Starts a server, its replica and a sentinel that makes the second the first once the first has gone. */
export async function startRedisSentinel({ tls }: { tls?: TlsFiles } = {}): Promise<TestRedisSentinel> {
  await using stack = new AsyncDisposableStack();
  const first = stack.use(await startRedis({ password: PASSWORD, ...(tls && { tls }) }));
  const args = ["--replicaof", "127.0.0.1", `${first.port}`];
  const second = stack.use(await startRedis({ password: PASSWORD, args, ...(tls && { tls }) }));
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-sentinel-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const path = join(directory, "sentinel.conf");
  await writeFile(path, configuration({ directory, first }));
  stack.use(await spawnRedis([path, "--sentinel", ...(tls ? tlsSettings(tls, port) : ["--port", `${port}`])]));
  await untilComplete(port, tls);
  const owned = stack.move();
  const secrets = [PASSWORD, SENTINEL_PASSWORD].map(encodeURIComponent);
  const ca = tls ? `&sslrootcert=${encodeURIComponent(tls.ca)}` : "";
  // Of the two sentinels that the URL names the first does not exist.
  const sentinels = `127.0.0.1:${await freePort()},127.0.0.1:${port}`;
  return {
    url: `${tls ? "rediss" : "redis"}+sentinel://:${secrets[0]}@${sentinels}/${GROUP}?sentinelPassword=${secrets[1]}${ca}`,
    first,
    second,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configuration({ directory, first }: { directory: string; first: TestRedis }): string {
  return [
    "bind 127.0.0.1",
    `dir ${directory}`,
    `requirepass "${SENTINEL_PASSWORD}"`,
    `sentinel monitor ${GROUP} 127.0.0.1 ${first.port} 1`,
    `sentinel auth-pass ${GROUP} "${PASSWORD}"`,
    `sentinel down-after-milliseconds ${GROUP} 500`,
    `sentinel failover-timeout ${GROUP} 5000`,
    "",
  ].join("\n");
}

/** Waits until the sentinel knows a replica that has caught up. */
async function untilComplete(port: number, tls: TlsFiles | undefined): Promise<void> {
  const trust = tls && { tls: { ca: await readFile(tls.ca) } };
  const sentinel = new Redis({ host: "127.0.0.1", port, password: SENTINEL_PASSWORD, ...trust });
  try {
    const end = performance.now() + READY_MS;
    for (;;) {
      const replicas = (await sentinel.call("SENTINEL", "REPLICAS", GROUP)) as string[][];
      const [state] = replicas.map((fields) => fields[fields.indexOf("master-link-status") + 1]);
      if (state === "ok") return;
      if (performance.now() > end) throw new Error(`The sentinel found no replica: ${JSON.stringify(replicas)}`);
      await pause(50);
    }
  } finally {
    sentinel.disconnect();
  }
}
