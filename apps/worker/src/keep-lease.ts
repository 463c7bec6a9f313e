import { within } from "@pharmadb/contracts";
import { endLease, renewLease, type Sql, type WorkerProcess } from "@pharmadb/store";
import type { Complain } from "./complaints.ts";
import { every } from "./every.ts";
import type { Timing } from "./timing.ts";

/** What others know of this worker process. */
export type Lease = AsyncDisposable & {
  workerId: string;
  /** From now on the worker has no place for further jobs. */
  takeNoMore(): Promise<void>;
};

/** Says that this worker lives, now and again and again, until it is disposed. */
export async function keepLease(
  worker: WorkerProcess,
  {
    sql,
    timing: { heartbeatMs, leaseMs },
    complain,
  }: {
    sql: Sql;
    timing: Pick<Timing, "heartbeatMs" | "leaseMs">;
    complain: Complain;
  },
): Promise<Lease> {
  let { concurrency } = worker;
  const renew = () => renewLease(sql, { ...worker, concurrency }, { leaseMs });
  await renew();
  // A connection that leads nowhere is found out after a minute only, when the lease has long lapsed: the next renewal goes
  // over another one.
  const renewSoon = () => within(heartbeatMs, renew());
  const heart = every(heartbeatMs, renewSoon, complain("the worker's lease was not renewed"));
  return {
    workerId: worker.id,
    async takeNoMore() {
      concurrency = 0;
      await renewSoon();
    },
    async [Symbol.asyncDispose]() {
      await heart[Symbol.asyncDispose]();
      await endLease(sql, worker.id);
    },
  };
}
