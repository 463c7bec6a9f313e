import { type Config, ConfigError, isLoopbackHost } from "@pharmadb/config";

/**
 * Without keys whoever can connect is trusted, so others must not be able to; and keys that nobody has let nobody in.
 *
 * @throws ConfigError that says what to set.
 */
export function refuseWithoutKeys({ host, auth }: Pick<Config, "host" | "auth">): void {
  if (!isLoopbackHost(host)) {
    throw new ConfigError([
      `HOST: ${host} can be reached from other machines, and there are no API keys to tell who may. Set HOST=127.0.0.1, and put a proxy that authenticates in front of it.`,
    ]);
  }
  if (auth === "on") {
    throw new ConfigError([
      "AUTH: it is on, which is the default with DATABASE_URL, but there are no API keys, so nobody could use the service. Set AUTH=off to serve this machine only.",
    ]);
  }
}
