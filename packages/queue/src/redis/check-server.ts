import { Cluster } from "ioredis";
import type { RedisClient } from "./connect-redis.ts";
import type { RedisLog } from "./redis-log.ts";

const ADVISED = [6, 2] as const;

/** Says in the log where Redis is set up so that it may lose what it was given, or is older than BullMQ wants it. */
export async function checkServer(client: RedisClient, log: RedisLog): Promise<void> {
  const servers = client instanceof Cluster ? client.nodes("master") : [client];
  for (const server of servers) {
    const info = await server.info();
    const [, policy] = /^maxmemory_policy:(\S+)/m.exec(info) ?? [];
    if (policy !== undefined && policy !== "noeviction") {
      log.warn("Redis may evict queue entries when its memory is full: set maxmemory-policy to noeviction", { policy });
    }
    const [, version = "", major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? [];
    const isOld = Number(major) < ADVISED[0] || (Number(major) === ADVISED[0] && Number(minor) < ADVISED[1]);
    if (isOld) log.warn(`Redis is old: ${ADVISED.join(".")} or later is advised`, { version });
  }
}
