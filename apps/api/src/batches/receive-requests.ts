import { randomUUID } from "node:crypto";
import { type RequestSource, takeIn } from "@pharmadb/batches";
import { AppError, newId } from "@pharmadb/contracts";
import {
  type Actor,
  acceptReceivedBatch,
  type BatchKey,
  type BatchTerms,
  type CreatedBatch,
  dropReceivedBatch,
  keepBatch,
  openReceivedBatch,
} from "@pharmadb/store";
import type { RouteDeps } from "../deps.ts";

/** Requests that have come and are stored, of a batch that nobody sees. Taken back when disposed before `accept`. */
export type ReceivedRequests = AsyncDisposable & {
  accept(terms: BatchTerms, key: BatchKey | null): Promise<CreatedBatch>;
  total: number;
};

/**
 * Takes the requests of a batch in while they arrive. Where this process ends in their middle, a worker finds that
 * nobody has been heard of and takes them back.
 */
export async function receiveRequests(
  { sql, timing }: Pick<RouteDeps, "sql" | "timing">,
  { tenantId, by, requests }: { tenantId: string; by: Actor; requests: RequestSource },
  signal: AbortSignal,
): Promise<ReceivedRequests> {
  const batch = { id: newId("bat"), owner: randomUUID(), tenantId, total: 0 };
  const lost = new AbortController();
  await using stack = new AsyncDisposableStack();

  async function* opened(): RequestSource {
    let isOpen = false;
    for await (const some of requests) {
      if (!isOpen && some.length > 0) {
        await openReceivedBatch(sql, batch);
        isOpen = true;
        stack.defer(() => dropReceivedBatch(sql, batch.id));
        stack.use(keepAlive(() => keepBatch(sql, batch), timing.batchHeartbeatMs, lost));
      }
      yield some;
    }
  }

  const total = await takeIn(sql, batch, opened(), AbortSignal.any([signal, lost.signal]));
  const owned = stack.move();
  return {
    total,
    accept: (terms, key) => acceptReceivedBatch(sql, { ...batch, by, key, terms }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Says again and again that the batch is still coming, for a client may send slowly. */
function keepAlive(keep: () => Promise<boolean>, everyMs: number, lost: AbortController): Disposable {
  const look = async () => {
    if (!(await keep())) lost.abort(new AppError("unavailable", "The batch has been given up. Send it again."));
  };
  // A record that cannot be reached is found out by the next lines.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
