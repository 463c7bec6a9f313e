import { readFile } from "node:fs/promises";
import type { RedisTarget } from "@pharmadb/contracts";
import { connectRedis, type RedisClient, type RedisRole } from "./connect-redis.ts";
import { createOutageWatch } from "./outage-watch.ts";
import type { RedisLog } from "./redis-log.ts";
import { untilReady } from "./until-ready.ts";

/** Makes connections to one Redis, each with its own fate. */
export async function redisConnector(target: RedisTarget): Promise<(role: RedisRole) => RedisClient> {
  const tls = target.tls ? { ...(target.caPath !== null && { ca: await readFile(target.caPath, "utf8") }) } : null;
  return (role) => connectRedis(target, tls, role);
}

/**
 * A connection for what is not a queue. That of a producer must answer at once unless it is told to wait, else this
 * throws; that of a worker may come later. Its owner disconnects it.
 */
export async function openRedis(
  target: RedisTarget,
  { role, absent = "refuse", log }: { role: RedisRole; absent?: "refuse" | "wait"; log: RedisLog },
): Promise<RedisClient> {
  const client = (await redisConnector(target))(role);
  if (role === "producer" && absent === "refuse") await refuseAbsent(client);
  createOutageWatch(log)(client);
  return client;
}

/** Gives up a connection that does not answer. */
export async function refuseAbsent(client: RedisClient): Promise<void> {
  try {
    await untilReady(client);
  } catch (error) {
    client.disconnect();
    throw error;
  }
}
