import { AppError, compareReports } from "@pharmadb/contracts";
import { getReportBefore, runSchedule } from "@pharmadb/store";
import type { TestParts } from "./start-test-api.ts";
import { claim, REPORT } from "./worker-side.ts";

const DAY_MS = 86_400_000;

/** Has a schedule come and its job completed, on two days to come, as a worker does; the second report says the same. */
export async function runTwice(parts: TestParts, scheduleId: string): Promise<void> {
  for (const days of [10, 20]) {
    const now = new Date(Date.now() + days * DAY_MS);
    const run = await runSchedule(parts.sql, scheduleId, { now, maxQueued: 100, expiresAt: null });
    if (run?.outcome !== "started") throw new AppError("conflict", "The schedule did not run.");
    const worker = await claim(parts, run.researchId);
    const before = await getReportBefore(parts.sql, run.researchId);
    const changes = before && compareReports(before, REPORT);
    await worker.finish({ status: "completed", report: REPORT, changes });
  }
}
