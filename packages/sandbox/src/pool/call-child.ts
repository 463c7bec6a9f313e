import { AppError } from "@pharmadb/contracts";
import { abortable } from "../cache/share-flight.ts";
import type { ChildPool, Lease } from "./child-pool.ts";
import { callerErrorOf, isSpentBy } from "./failures.ts";
import type { ChildCall, ChildResults } from "./messages.ts";
import type { CallLimits } from "./sandbox-child.ts";

export type CallChild = <C extends ChildCall>(
  call: C,
  limits: CallLimits,
  signal: AbortSignal,
) => Promise<ChildResults[C["op"]]>;

/** Runs calls in children of the pool, one lease a call. */
export function createCaller(pool: ChildPool): CallChild {
  return async (call, limits, signal) => {
    for (;;) {
      const key = call.op === "query" ? JSON.stringify(call.tables) : null;
      const lease = await pool.lease(call.op === "query" ? "query" : "reader", key, signal);
      await lease.child.ready;
      if (lease.child.isAlive) {
        // The caller need not wait until an interrupted child has come to rest; the lease does.
        return await abortable(serve(lease, key, call, limits, signal), signal);
      }
      // It died while nobody used it, for which no call is to blame; one that never came up is a broken installation.
      lease.release(true);
      if (!lease.child.hasStarted) throw new AppError("sandbox_failed", "A sandbox process could not be started.");
    }
  };
}

async function serve<C extends ChildCall>(
  lease: Lease,
  key: string | null,
  call: C,
  limits: CallLimits,
  signal: AbortSignal,
): Promise<ChildResults[C["op"]]> {
  let isSpent = true;
  try {
    const answer = await lease.child.call(call, limits, signal);
    lease.child.loadedKey = key;
    isSpent = isSpentBy(answer);
    if (answer.type === "failure") {
      const { code, message, details } = answer.failure;
      throw new AppError(code, message, { details });
    }
    return answer.value as ChildResults[C["op"]];
  } catch (error) {
    throw callerErrorOf(error, call);
  } finally {
    lease.release(isSpent);
  }
}
