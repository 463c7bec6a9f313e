import { type Client, createClient } from "@pharmadb/client";
import type { CommandInput } from "./command.ts";

/** The options of every command that asks a service which runs already. */
export const SERVICE_OPTIONS = { url: { type: "string" }, key: { type: "string" } } as const;

/** The same in a usage text. */
export const SERVICE_USAGE = "[--url http://…] [--key …]";

/** The service that the options name, else the one that the configuration would start here. */
export function runningService(
  { config }: Pick<CommandInput, "config">,
  { url, key }: { url?: string | undefined; key?: string | undefined },
): Client {
  const apiKey = key ?? config.apiKey;
  return createClient({ baseUrl: url ?? `http://${config.host}:${config.port}`, ...(apiKey !== null && { apiKey }) });
}
