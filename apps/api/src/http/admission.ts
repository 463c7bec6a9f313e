import { AppError } from "@pharmadb/contracts";
import type { HttpMetrics } from "@pharmadb/telemetry";
import type { ApiConfig } from "../deps.ts";
import type { Traffic } from "./route.ts";

export type Admission = {
  /** Takes a place, given back on disposal; an AppError `overloaded` where none is left. */
  enter(traffic: Traffic): Disposable;
  /** Takes one of the tenant's share of stream places; an AppError `rate_limited` where it has them all. */
  enterShare(traffic: Traffic, tenantId: string): Disposable;
};

const UNLIMITED: Disposable = { [Symbol.dispose]: () => undefined };
const RETRY_AFTER_SECONDS = 1;
/** Streams last; whoever has all of theirs open waits for one of their own to end. */
const SHARE_RETRY_AFTER_SECONDS = 5;
// A waiting stream costs a socket and a timer, no work; still, there is an end to sockets.
const STREAMS_PER_REQUEST = 20;

type Limits = Pick<ApiConfig, "maxConcurrentRequests" | "maxStreamsPerTenant">;

/** Counts the requests inside, so that a burst is told to come again rather than making all of them slow. */
export function createAdmission(
  { maxConcurrentRequests, maxStreamsPerTenant }: Limits,
  metrics: Pick<HttpMetrics, "inFlight">,
): Admission {
  const limits = { request: maxConcurrentRequests, stream: maxConcurrentRequests * STREAMS_PER_REQUEST };
  const inside = { request: 0, stream: 0 };
  const streams = new Map<string, number>();
  const count = (traffic: keyof typeof inside, change: 1 | -1) => {
    inside[traffic] += change;
    metrics.inFlight(traffic, inside[traffic]);
  };
  const countStream = (tenantId: string, change: 1 | -1) => {
    const now = (streams.get(tenantId) ?? 0) + change;
    if (now === 0) streams.delete(tenantId);
    else streams.set(tenantId, now);
  };
  return {
    enter(traffic) {
      if (traffic === "unlimited") return UNLIMITED;
      if (inside[traffic] >= limits[traffic]) {
        throw new AppError("overloaded", "The service has as many requests as it can take. Try again in a moment.", {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      }
      count(traffic, 1);
      return { [Symbol.dispose]: () => count(traffic, -1) };
    },
    enterShare(traffic, tenantId) {
      if (traffic !== "stream") return UNLIMITED;
      if ((streams.get(tenantId) ?? 0) >= maxStreamsPerTenant) {
        throw new AppError(
          "rate_limited",
          `There are ${maxStreamsPerTenant} event streams and long polls open, which is as many as a tenant may have at this process (MAX_STREAMS_PER_TENANT). Come again when one has ended.`,
          { retryAfterSeconds: SHARE_RETRY_AFTER_SECONDS },
        );
      }
      countStream(tenantId, 1);
      return { [Symbol.dispose]: () => countStream(tenantId, -1) };
    },
  };
}
