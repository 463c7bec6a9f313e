import type { RedisClient } from "./connect-redis.ts";
import type { RedisLog } from "./redis-log.ts";

const CONNECTION_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);
const CONNECTION_MESSAGES =
  /Connection is closed|Socket timeout|isn't writeable|max retries per request|startup nodes|sentinels are unreachable|Failed to refresh slots/;

/** Whether this is a symptom of an outage, of which the watch tells once, rather than an error of its own. */
export function isOutageSymptom(error: Error): boolean {
  return ("code" in error && CONNECTION_CODES.has(String(error.code))) || CONNECTION_MESSAGES.test(error.message);
}

/** Tells once that Redis is away and once that it is back, however many connections notice and however often. */
export function createOutageWatch(log: RedisLog): (client: RedisClient) => void {
  const away = new Set<RedisClient>();
  return (client) => {
    let lastError: Error | undefined;
    const goneAway = () => {
      if (away.size === 0) log.warn("Redis is away, waiting for it", { ...(lastError && { error: lastError }) });
      away.add(client);
    };
    client.on("error", (error: Error) => {
      lastError = error;
      // Sentinels that do not answer are told as errors only.
      if (client.status !== "ready") goneAway();
    });
    client.on("reconnecting", goneAway);
    client.on("ready", () => {
      lastError = undefined;
      if (away.delete(client) && away.size === 0) log.info("Redis is back", {});
    });
    client.on("end", () => away.delete(client));
  };
}
