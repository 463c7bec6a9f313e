import type { RedisTarget } from "@pharmadb/contracts";
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from "ioredis";

export type RedisClient = Redis | Cluster;

/**
 * What a connection is for. A producer serves requests, so its commands fail at once while Redis is away; those of a
 * worker wait until it is back.
 */
export type RedisRole = "producer" | "worker";

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 20_000;

const ROLES: Readonly<Record<RedisRole, RedisOptions>> = {
  // A server that hangs is as good as one that is gone: then the command fails, and later the connection is replaced.
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 3_000, socketTimeout: 10_000 },
  // BullMQ wants no limit here. Its longest wait for a job is 10 seconds.
  worker: { maxRetriesPerRequest: null, socketTimeout: 30_000 },
};

/** The wait before the n-th attempt to come back, growing from one second to twenty. */
function retryStrategy(times: number): number {
  return Math.max(FIRST_RETRY_MS, Math.min(Math.exp(times), LAST_RETRY_MS));
}

/** Starts to connect. Goes on trying for as long as it is not told to disconnect. */
export function connectRedis(target: RedisTarget, tls: { ca?: string } | null, role: RedisRole): RedisClient {
  const client = target.kind === "cluster" ? clusterOf(target, tls, role) : serverOf(target, tls, role);
  // Without a listener ioredis writes to the console; outages are told by their own watch.
  client.on("error", () => undefined);
  return client;
}

function commonOptions({ username, password }: RedisTarget, tls: { ca?: string } | null, role: RedisRole) {
  return {
    ...ROLES[role],
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(tls && { tls }),
    connectionName: `pharmadb-${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
  } satisfies RedisOptions;
}

function serverOf(target: RedisTarget, tls: { ca?: string } | null, role: RedisRole): Redis {
  const options: RedisOptions = {
    ...commonOptions(target, tls, role),
    db: target.db,
    retryStrategy,
    // A server that was the group's first and is not any more: connect anew, and send the command again there.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
  };
  if (target.kind === "server") return new Redis({ ...options, ...target.hosts[0] });
  return new Redis({
    ...options,
    sentinels: target.hosts,
    name: target.group ?? "",
    ...(target.sentinelPassword !== null && { sentinelPassword: target.sentinelPassword }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  });
}

function clusterOf(target: RedisTarget, tls: { ca?: string } | null, role: RedisRole): Cluster {
  const { enableOfflineQueue = true, ...redisOptions } = commonOptions(target, tls, role);
  const options: ClusterOptions = {
    redisOptions,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    // Certificates are made out to names; without this ioredis would look them up and connect to addresses.
    ...(tls && { dnsLookup: (host, callback) => callback(null, host) }),
  };
  return new Cluster(target.hosts, options);
}

/** Ends a connection, and with it what waits on it. */
export function disconnectRedis(client: RedisClient): void {
  // Between two attempts ioredis would give up the attempts and leave the waiting commands as they are, for ever.
  if (client.status === "reconnecting") client.connect().catch(() => undefined);
  client.disconnect();
}
