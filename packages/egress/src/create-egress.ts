import { AppError } from "@pharmadb/contracts";
import { refusedName } from "./egress-error.ts";
import { isAllowedAddress } from "./is-allowed-address.ts";
import { parseTarget, type Target } from "./parse-target.ts";
import { type EgressAnswer, type EgressRequest, type Limits, requestPinned } from "./request-pinned.ts";
import { createNameResolver, type ResolveName } from "./resolve-name.ts";

export type EgressOptions = {
  /** Lets loopback and private networks through, for development; never the metadata services of clouds. */
  allowPrivate: boolean;
  limits?: Partial<Limits>;
  resolve?: ResolveName;
};

/** The one way out to URLs that a client or a model gave. */
export type Egress = {
  /**
   * Refuses a URL that would not be opened now. No promise for later: a name can change, so each `fetch` checks anew.
   *
   * @throws AppError `url_refused` that says why, without naming an address.
   */
  check(url: string, signal?: AbortSignal): Promise<void>;
  /**
   * One request over a connection to an address that was checked. Redirects are not followed.
   *
   * @throws AppError `url_refused`, `unreachable` or `timeout`; the signal's reason where that fired.
   */
  fetch(url: string, request?: EgressRequest, signal?: AbortSignal): Promise<EgressAnswer>;
};

const LIMITS: Limits = { connectMs: 5_000, idleMs: 10_000, totalMs: 15_000, maxBytes: 1024 * 1024 };

/** Makes the guard. All addresses of a name must be allowed, and the one connected to is one of those checked. */
export function createEgress({ allowPrivate, limits = {}, resolve = createNameResolver() }: EgressOptions): Egress {
  const allLimits = { ...LIMITS, ...limits };

  async function addressesOf({ host, isAddress }: Target, signal: AbortSignal): Promise<string[]> {
    if (isAddress) return [host];
    let addresses: string[];
    try {
      addresses = await resolve(host, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw refusedName(error);
    }
    const allowed = addresses.every((address) => isAllowedAddress(address, { allowPrivate }));
    if (addresses.length === 0 || !allowed) throw refusedName();
    return addresses;
  }

  function limited(signal: AbortSignal | undefined): AbortSignal & Disposable {
    const total = new AbortController();
    const timer = setTimeout(
      () => total.abort(new AppError("timeout", `No answer within ${allLimits.totalMs / 1000} seconds.`)),
      allLimits.totalMs,
    );
    const either = signal ? AbortSignal.any([signal, total.signal]) : total.signal;
    return Object.assign(either, { [Symbol.dispose]: () => clearTimeout(timer) });
  }

  return {
    async check(text, signal) {
      using stop = limited(signal);
      await addressesOf(parseTarget(text, { allowPrivate }), stop);
    },
    async fetch(text, request = {}, signal) {
      using stop = limited(signal);
      const target = parseTarget(text, { allowPrivate });
      return await requestPinned(target, await addressesOf(target, stop), request, allLimits, stop);
    },
  };
}
