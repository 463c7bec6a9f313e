import type { AppError } from "@pharmadb/contracts";
import type { Timing } from "./timing.ts";

/**
 * How long to wait before try number `tries` + 1: doubling from the base, between half and all of it by chance, so
 * that jobs which failed together do not come back together. Never less than the other side asked for.
 */
export function retryDelayMs(
  error: AppError,
  tries: number,
  { retryBaseMs, retryMaxMs }: Pick<Timing, "retryBaseMs" | "retryMaxMs">,
  random: () => number = Math.random,
): number {
  const full = Math.min(retryMaxMs, retryBaseMs * 2 ** (tries - 1));
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  return Math.round(Math.max(asked, full * (0.5 + random() / 2)));
}
