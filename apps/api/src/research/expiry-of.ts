import type { ApiConfig } from "../deps.ts";

const DAY_MS = 86_400_000;

/** When what is submitted now may be erased; null where nothing ever is. */
export function expiryOf({ retentionDays }: Pick<ApiConfig, "retentionDays">): Date | null {
  return retentionDays === null ? null : new Date(Date.now() + retentionDays * DAY_MS);
}
