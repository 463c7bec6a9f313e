import { AppError } from "@pharmadb/contracts";
import type { HttpMetrics } from "@pharmadb/telemetry";
import type { Traffic } from "./route.ts";

export type Admission = {
  /** Takes a place, given back on disposal; an AppError `overloaded` where none is left. */
  enter(traffic: Traffic): Disposable;
};

const UNLIMITED: Disposable = { [Symbol.dispose]: () => undefined };
const RETRY_AFTER_SECONDS = 1;
// A waiting stream costs a socket and a timer, no work; still, there is an end to sockets.
const STREAMS_PER_REQUEST = 20;

/** Counts the requests inside, so that a burst is told to come again rather than making all of them slow. */
export function createAdmission(
  { maxConcurrentRequests }: { maxConcurrentRequests: number },
  metrics: Pick<HttpMetrics, "inFlight">,
): Admission {
  const limits = { request: maxConcurrentRequests, stream: maxConcurrentRequests * STREAMS_PER_REQUEST };
  const inside = { request: 0, stream: 0 };
  const count = (traffic: keyof typeof inside, change: 1 | -1) => {
    inside[traffic] += change;
    metrics.inFlight(traffic, inside[traffic]);
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
  };
}
