import { SCOPES, type Scope, TenantId } from "@pharmadb/contracts";
import { UsageError } from "../command.ts";

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };
const MAX_RATE = 1_000_000;

/** `--tenant`. */
export function readTenant(text: string): string {
  const result = TenantId.safeParse(text);
  if (!result.success) throw new UsageError(`keys: --tenant: ${result.error.issues[0]?.message}`);
  return result.data;
}

/** `--scopes`, with commas between them. */
export function readScopes(text: string): Scope[] {
  const names = text.split(",").map((name) => name.trim());
  return SCOPES.filter((scope) => names.includes(scope)).concat(names.flatMap(refuseUnknown));
}

function refuseUnknown(name: string): never[] {
  if (SCOPES.some((scope) => scope === name)) return [];
  throw new UsageError(`keys: --scopes: there is no scope "${name}"; there are ${SCOPES.join(", ")}.`);
}

/** `--rate`: requests a minute. */
export function readRate(text: string): number {
  const rate = Number(text);
  if (/^\d{1,7}$/.test(text) && rate >= 1 && rate <= MAX_RATE) return rate;
  throw new UsageError(`keys: --rate: requests a minute, a whole number from 1 to ${MAX_RATE}.`);
}

/** `--expires`: how long from now. */
export function readExpiry(text: string, nowMs: number): Date {
  const [, count = "", unit = ""] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const durationMs = Number(count) * (UNITS_MS[unit] ?? 0);
  if (durationMs > 0) return new Date(nowMs + durationMs);
  throw new UsageError("keys: --expires: how long from now, such as 12h, 90d or 4w.");
}
