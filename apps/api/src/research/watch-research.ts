import type { Queues } from "@pharmadb/queue";

export type Watch = Disposable & {
  /** Waits for a change since the call before, for the time to pass, or for one of the signals. */
  next(timeoutMs: number): Promise<void>;
};

/**
 * Waits for changes of a job. Begin to watch, then read: what changes during the read makes the next `next` return
 * at once, so no change is missed between the two.
 */
export function watchResearch(wakeups: Queues["wakeups"], id: string, signals: readonly AbortSignal[]): Watch {
  let changed = false;
  let wake: () => void = () => undefined;
  const subscription = wakeups.subscribe(id, () => {
    changed = true;
    wake();
  });
  const onAbort = () => wake();
  for (const signal of signals) signal.addEventListener("abort", onAbort);
  return {
    async next(timeoutMs) {
      if (!changed && !signals.some(({ aborted }) => aborted)) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, timeoutMs);
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      changed = false;
    },
    [Symbol.dispose]() {
      for (const signal of signals) signal.removeEventListener("abort", onAbort);
      subscription[Symbol.dispose]();
    },
  };
}
