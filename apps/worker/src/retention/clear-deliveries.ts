import { expireDeliveries, logsKeptSince } from "@pharmadb/store";
import type { ClearAwayDeps } from "./clear-away.ts";

const DELIVERIES_A_STEP = 500;

/** Erases old webhook deliveries of jobs and batches that are still there; with those that go, theirs have gone. */
export async function clearDeliveries({ sql, retentionDays, now, rest }: ClearAwayDeps): Promise<number> {
  const before = logsKeptSince(now, retentionDays);
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
