import type { Queues } from "@pharmadb/queue";
import { type Dispatcher, listMovedBatches, listTendedBatches, type Sql, tendBatch } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { createComplaints } from "../complaints.ts";
import type { Timing } from "../timing.ts";
import { queueDeliveries } from "../webhooks/queue-deliveries.ts";

/** Jobs of a batch that wait to begin: enough that workers never run out, few enough that a cancel is quick. */
const WAITING = 500;

export type BatchTending = AsyncDisposable & {
  /** Says that some batch has changed. */
  lookAround(): void;
};

type Deps = {
  sql: Sql;
  queues: Pick<Queues, "wakeups" | "webhooks">;
  dispatcher: Pick<Dispatcher, "poke">;
  logger: Logger;
  timing: Pick<Timing, "batchSweepMs" | "batchAllMs" | "batchRestMs">;
};

/**
 * Looks after batches: after those that have changed as soon as it is told, and once in a while for what nobody has told
 * of, with a rest between two rounds so that many ends make one round. Rarely after all: a visit to a batch in which
 * nothing has moved changes nothing.
 */
export function tendBatches({ sql, queues, dispatcher, logger, timing }: Deps): BatchTending {
  const stopping = new AbortController();
  let told = Promise.withResolvers<void>();
  const complain = createComplaints(logger);

  async function tend(id: string): Promise<void> {
    const { ended, fed, changed } = await tendBatch(sql, id, { waiting: WAITING });
    if (fed.length > 0) dispatcher.poke();
    if (ended) logger.info("batch ended", { batch_id: id, status: ended.status, ...ended.counts });
    if (changed) await queues.wakeups.notify(id);
    if (ended) await queueDeliveries({ sql, queues, logger }, id);
  }

  async function round(list: (sql: Sql) => Promise<string[]>): Promise<void> {
    for (const id of await list(sql)) await tend(id).catch(complain("batch not tended", { batch_id: id }));
  }

  /** Waits until it is told, or the time is up. */
  async function toldWithin(ms: number): Promise<void> {
    const timer = setTimeout(told.resolve, ms);
    await told.promise;
    clearTimeout(timer);
  }

  async function run(): Promise<void> {
    let allAt = performance.now();
    while (!stopping.signal.aborted) {
      const roundEnd = performance.now() + timing.batchRestMs;
      told = Promise.withResolvers();
      const isForAll = performance.now() >= allAt;
      if (isForAll) allAt = performance.now() + timing.batchAllMs;
      await round(isForAll ? listTendedBatches : listMovedBatches).catch(complain("batches not looked after"));
      const restMs = roundEnd - performance.now();
      if (restMs > 0 && !stopping.signal.aborted) await new Promise((resolve) => setTimeout(resolve, restMs));
      await toldWithin(timing.batchSweepMs);
    }
  }

  const running = run();
  return {
    lookAround: () => told.resolve(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      told.resolve();
      await running;
    },
  };
}
