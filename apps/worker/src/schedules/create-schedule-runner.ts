import type { Config } from "@pharmadb/config";
import { type Dispatcher, expiryAfter, listDueSchedules, runSchedule, type Sql } from "@pharmadb/store";
import type { Logger, Metrics } from "@pharmadb/telemetry";

/** Schedules that one look for what is overdue may run. */
const MAX_OVERDUE = 500;

export type ScheduleRunner = {
  /** Runs a schedule that is due; nothing comes of one that is not. */
  run(id: string): Promise<void>;
  /** Runs all that are due: those whose time passed while nobody was there, and those of which the queue has not told. */
  runOverdue(): Promise<void>;
};

/** Makes jobs of schedules that have come due. */
export function createScheduleRunner({
  sql,
  dispatcher,
  logger,
  metrics,
  now,
  config: { retentionDays, maxQueuedPerTenant: maxQueued },
}: {
  sql: Sql;
  dispatcher: Pick<Dispatcher, "poke">;
  logger: Logger;
  metrics: Pick<Metrics["maintenance"], "scheduled">;
  now(): Date;
  config: Pick<Config, "retentionDays" | "maxQueuedPerTenant">;
}): ScheduleRunner {
  async function run(id: string): Promise<void> {
    const at = now();
    const expiresAt = expiryAfter(at, retentionDays);
    const run = await runSchedule(sql, id, { now: at, maxQueued, expiresAt });
    if (!run) return;
    const facts = { schedule_id: id, tenant_id: run.tenantId, due_at: run.dueAt };
    const outcome = run.outcome === "started" ? run.outcome : run.reason;
    metrics.scheduled(outcome, (at.getTime() - run.dueAt.getTime()) / 1000);
    if (run.outcome === "skipped") return void logger.warn("schedule skipped", { ...facts, reason: run.reason });
    logger.info("schedule runs", { ...facts, research_id: run.researchId });
    dispatcher.poke();
  }

  return {
    run,
    async runOverdue() {
      for (const id of await listDueSchedules(sql, { now: now(), limit: MAX_OVERDUE })) {
        // One that cannot be run keeps no other from it.
        await run(id).catch((error) =>
          logger.warn("a schedule that is due could not be run", { schedule_id: id, error }),
        );
      }
    },
  };
}
