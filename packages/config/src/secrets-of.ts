import type { Config } from "./config.ts";

/** Shorter ones would blank words of the log rather than secrets. */
const MIN_LENGTH = 6;

/** The keys and passwords of a configuration, as they are and as URLs write them, for those who must not show them. */
export function secretsOf({ apiKey, openaiApiKey, metricsToken, databaseUrl, redis, supabase }: Config): string[] {
  const values = [
    apiKey,
    openaiApiKey,
    metricsToken,
    databaseUrl === null ? null : decodeURIComponent(new URL(databaseUrl).password),
    redis?.password,
    redis?.sentinelPassword,
    supabase?.serviceKey,
  ];
  const secrets = values.filter((value) => typeof value === "string" && value.length >= MIN_LENGTH) as string[];
  return [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))];
}
