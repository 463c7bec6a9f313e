import { randomUUID } from "node:crypto";
import { BATCHES } from "@pharmadb/batches";
import { claimFileBatch, dropAbandonedBatches } from "@pharmadb/store";
import { takeInFile } from "../batches/take-in-file.ts";
import { tendBatches } from "../batches/tend-batches.ts";
import { every } from "../every.ts";
import type { ServeQueue } from "./queue-context.ts";

/**
 * Does what batches need beside the running of their jobs: takes in those that are in files, makes jobs of lines,
 * counts and ends them, and takes back what was received by processes that have gone.
 */
export const serveBatches: ServeQueue = async ({ deps, dispatcher, timing, logger, complain }) => {
  const { sql, queues, files } = deps;
  const owner = randomUUID();
  const stopping = new AbortController();
  const stack = new AsyncDisposableStack();
  const tending = stack.use(tendBatches({ sql, queues, dispatcher, logger, timing }));

  async function takeInFiles(): Promise<void> {
    const heartbeatMs = timing.batchHeartbeatMs;
    while (!stopping.signal.aborted) {
      const batch = await claimFileBatch(sql, { owner, silentMs: heartbeatMs * 3 });
      if (!batch) return;
      await takeInFile(batch, owner, { sql, files, logger, heartbeatMs }, stopping.signal);
      await queues.wakeups.notify(batch.id);
      tending.lookAround();
    }
  }

  async function takeBack(): Promise<void> {
    for (const { id, tenant_id, lines } of await dropAbandonedBatches(sql, { silentMs: timing.batchAbandonMs })) {
      logger.warn("half a batch taken back: its body never ended", { batch_id: id, tenant_id, lines });
    }
  }

  stack.use(every(timing.batchSweepMs, takeInFiles, complain("taking in batches failed")));
  stack.use(every(timing.batchHeartbeatMs, takeBack, complain("taking back half batches failed")));
  stack.defer(() => stopping.abort());
  stack.use(queues.wakeups.subscribe(BATCHES, () => tending.lookAround()));
  return stack;
};
