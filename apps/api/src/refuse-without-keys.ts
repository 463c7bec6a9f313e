import { type Config, ConfigError, isLoopbackHost } from "@pharmadb/config";

/**
 * Without keys whoever can connect is trusted, so others must not be able to.
 *
 * @throws ConfigError that says what to set.
 */
export function refuseWithoutKeys({ host, auth }: Pick<Config, "host" | "auth">): void {
  if (auth === "off" && !isLoopbackHost(host)) {
    throw new ConfigError([
      `HOST: ${host} can be reached from other machines, and with AUTH=off no API keys tell who may. Set AUTH=on, or HOST=127.0.0.1.`,
    ]);
  }
}
