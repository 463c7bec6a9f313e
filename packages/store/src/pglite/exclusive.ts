/** A lock that is given in the order of asking. */
export type Exclusive = {
  /** Waits for the lock and answers with the function that gives it back. */
  acquire(): Promise<() => void>;
  /** Refuses all who ask from now on, and waits for those who have asked. */
  close(): Promise<void>;
};

/** A new lock, held by nobody. */
export function createExclusive(): Exclusive {
  let last: Promise<void> = Promise.resolve();
  let isClosed = false;
  return {
    async acquire() {
      if (isClosed) throw new Error("The database is closed.");
      const { promise, resolve } = Promise.withResolvers<void>();
      const previous = last;
      last = promise;
      await previous;
      return resolve;
    },
    async close() {
      isClosed = true;
      await last;
    },
  };
}
