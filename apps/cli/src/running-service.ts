import { isIPv6 } from "node:net";
import { type Client, createClient } from "@pharmadb/client";
import { type CommandInput, UsageError } from "./command.ts";

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
  const host = isIPv6(config.host) ? `[${config.host}]` : config.host;
  return createClient({
    baseUrl: url === undefined ? `http://${host}:${config.port}` : readServiceUrl(url),
    ...(apiKey !== null && { apiKey }),
  });
}

/** Where a service is said to be. */
function readServiceUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--url: "${text}" is no address of a service, such as http://127.0.0.1:8000.`);
}
