/** Waits for a place, first come, first served, and gives what frees it again. */
export type ConnectionLimit = (signal: AbortSignal) => Promise<() => void>;

/** At most so many places are taken at the same time. */
export function createConnectionLimit(maxConnections: number): ConnectionLimit {
  let free = maxConnections;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (!next) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  }

  return async (signal) => {
    signal.throwIfAborted();
    if (free > 0) free--;
    else {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const give = () => {
        waiting.delete(resolve);
        reject(signal.reason);
      };
      waiting.add(resolve);
      signal.addEventListener("abort", give, { once: true });
      try {
        await promise;
      } finally {
        signal.removeEventListener("abort", give);
      }
    }
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };
}
