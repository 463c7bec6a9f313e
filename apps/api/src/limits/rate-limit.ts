import { AppError } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import type { ApiConfig } from "../deps.ts";
import type { Route } from "../http/route.ts";
import type { Principal } from "../identity/principal.ts";
import { clientAddress, isLoopback, networkOf } from "./client-address.ts";
import { type RateCounter, WINDOW_SECONDS } from "./rate-counter.ts";

export type RateLimit = { policy: "key" | "address"; who: string; perMinute: number };

type Rates = Pick<ApiConfig, "rateLimitPerMinute" | "rateLimitLoopback" | "rateLimitPerKey">;

/** The limit on what a key or a user sends. */
export function limitOfPrincipal({ kind, id, ratePerMinute }: Principal, { rateLimitPerKey }: Rates): RateLimit {
  return { policy: "key", who: `${kind}:${id}`, perMinute: ratePerMinute ?? rateLimitPerKey };
}

/** The limit on submissions of those who have no key, by their address; null where there is none. */
export function limitOfAddress({ isSubmission }: Route, request: Request, rates: Rates): RateLimit | null {
  const network = isSubmission ? countedNetwork(request, rates) : null;
  if (network === null) return null;
  return { policy: "address", who: `address:${network}`, perMinute: rates.rateLimitPerMinute };
}

/** As who a request counts whose key does not work; null where it does not count. */
export function failureOfAddress(request: Request, rates: Rates): string | null {
  const network = countedNetwork(request, rates);
  return network === null ? null : `failed:${network}`;
}

function countedNetwork(request: Request, { rateLimitLoopback }: Rates): string | null {
  const address = clientAddress(request);
  return isLoopback(address) && !rateLimitLoopback ? null : networkOf(address);
}

/**
 * Counts a request and tells its sender how many are left, in the fields of draft-ietf-httpapi-ratelimit-headers.
 *
 * @throws AppError `rate_limited` where it is one too many.
 */
export async function countRequest(
  { policy, who, perMinute }: RateLimit,
  countOne: RateCounter,
  response: Response,
): Promise<void> {
  const { count, resetMs } = await countOne(who);
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1000));
  response.set({
    "RateLimit-Policy": `"${policy}";q=${perMinute};w=${WINDOW_SECONDS}`,
    RateLimit: `"${policy}";r=${Math.max(0, perMinute - count)};t=${resetSeconds}`,
  });
  if (count <= perMinute) return;
  const whose = policy === "key" ? "This key may send" : "Without a key, an address may submit";
  throw new AppError("rate_limited", `${whose} ${perMinute} a minute. Try again in ${resetSeconds} s.`, {
    retryAfterSeconds: resetSeconds,
  });
}
