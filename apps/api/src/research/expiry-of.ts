import { expiryAfter } from "@pharmadb/store";
import type { ApiConfig } from "../deps.ts";

/** When what is submitted now may be erased; null where nothing ever is. */
export function expiryOf({ retentionDays }: Pick<ApiConfig, "retentionDays">): Date | null {
  return expiryAfter(new Date(), retentionDays);
}
