import { groupCalls } from "@pharmadb/contracts";
import type { OpenWakeups } from "../backend.ts";
import { createSubscriptions } from "../create-subscriptions.ts";
import { disconnectRedis, type RedisClient } from "./connect-redis.ts";

/**
 * Opens the wake-ups: every process hears one channel, and one message names many jobs. `subscriber` comes to belong
 * to them; it hears again by itself after an outage, when what was told meanwhile is lost.
 */
export async function openRedisWakeups(
  { publisher, subscriber }: { publisher: RedisClient; subscriber: RedisClient },
  channel: string,
): Promise<OpenWakeups> {
  const { subscribe, tell } = createSubscriptions();
  subscriber.on("message", (_channel: string, ids: string) => tell(ids.split(" ")));
  const subscribed = subscriber.subscribe(channel);
  // While Redis is away this waits for it, and ends in an error only when it is given up.
  if (publisher.status === "ready") await subscribed;
  else subscribed.catch(() => undefined);
  const notify = groupCalls<string, void>(async (ids) => {
    await publisher.publish(channel, [...new Set(ids)].join(" "));
    return ids.map(() => undefined);
  });
  return { notify, subscribe, close: async () => disconnectRedis(subscriber) };
}
