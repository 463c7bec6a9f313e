import { expireDeliveries } from "@pharmadb/store";
import type { ClearAwayDeps } from "./clear-away.ts";

const DELIVERIES_A_STEP = 500;
const DAY_MS = 86_400_000;
/** How long the log of webhooks is kept where nothing else is said, for it grows with each message. */
const DELIVERY_DAYS = 90;

/** Erases old webhook deliveries of jobs and batches that are still there; with those that go, theirs have gone. */
export async function clearDeliveries({ sql, retentionDays, now, rest }: ClearAwayDeps): Promise<number> {
  const before = new Date(now.getTime() - (retentionDays ?? DELIVERY_DAYS) * DAY_MS);
  let removed = 0;
  let after: string | null = "";
  while (after !== null) {
    const step = await expireDeliveries(sql, { before, after, limit: DELIVERIES_A_STEP });
    removed += step.removed;
    after = step.next;
    await rest();
  }
  return removed;
}
