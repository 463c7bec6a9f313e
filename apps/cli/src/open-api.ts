import { createSupabaseUserAuthenticator, type StartedApi, startApi } from "@pharmadb/api";
import type { Config } from "@pharmadb/config";
import { openRedis, type RedisClient } from "@pharmadb/queue";
import { hostOrPort, nameVariable } from "./name-variable.ts";
import type { Parts } from "./open-parts.ts";

/** Serves the API over its parts, with what it alone wants of the configuration. */
export async function openApi(config: Config, parts: Parts, stack: AsyncDisposableStack): Promise<StartedApi> {
  const redis = await openRateRedis(config, parts, stack);
  const authenticators = config.supabase ? [createSupabaseUserAuthenticator(config.supabase)] : [];
  const starting = startApi({ config, deps: { ...parts, redis, authenticators } });
  return stack.adopt(await nameVariable(hostOrPort("HOST", "PORT"), starting), (started) => started.close());
}

/** Where the API's processes count requests together; null: each counts its own. */
async function openRateRedis(
  { redis }: Config,
  { logger }: Parts,
  stack: AsyncDisposableStack,
): Promise<RedisClient | null> {
  if (redis === null) return null;
  const opening = openRedis(redis, { role: "producer", log: logger });
  return stack.adopt(await nameVariable("REDIS_URL", opening), (client) => client.disconnect());
}
