import { isTerminal } from "@pharmadb/contracts";
import { getResearch, type ResearchRecord } from "@pharmadb/store";
import type { RouteDeps } from "../deps.ts";
import { watchResearch } from "./watch-research.ts";

/** The job once it has ended or `seconds` have passed, whichever is first; at once when the service stops. */
export async function waitForResearch(
  deps: RouteDeps,
  { tenantId, id, seconds }: { tenantId: string; id: string; seconds: number },
  signal: AbortSignal,
): Promise<ResearchRecord | null> {
  const deadline = performance.now() + seconds * 1000;
  using watch = watchResearch(deps.queues.wakeups, id, [signal, deps.stopping]);
  for (;;) {
    const record = await getResearch(deps.sql, tenantId, id);
    const leftMs = deadline - performance.now();
    const over = leftMs <= 0 || signal.aborted || deps.stopping.aborted;
    if (!record || isTerminal(record.status) || over) return record;
    await watch.next(Math.min(leftMs, deps.timing.recheckMs));
  }
}
