import { Resolver } from "node:dns/promises";

/** All IP addresses of a name; throws where there is none. */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<string[]>;

const TRY_MS = 2000;
const TRIES = 2;

/**
 * Asks the name servers of the machine, or those given (`address:port`). Not the system's own look-up: that takes
 * one of the few threads of the process for as long as a dead name server lets it wait.
 */
export function createNameResolver({ servers }: { servers?: readonly string[] } = {}): ResolveName {
  return async (name, signal) => {
    // Never asked of a name server (RFC 6761).
    if (name === "localhost" || name.endsWith(".localhost")) return ["127.0.0.1", "::1"];
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      signal.throwIfAborted();
      const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
      const [first] = answers;
      if (addresses.length === 0) throw first.status === "rejected" ? first.reason : new Error("No address.");
      return addresses;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}
