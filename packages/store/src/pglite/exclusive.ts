/** A lock that is given in the order of asking. `acquire` answers with the function that gives it back. */
export type Exclusive = { acquire(): Promise<() => void> };

/** A new lock, held by nobody. */
export function createExclusive(): Exclusive {
  let last: Promise<void> = Promise.resolve();
  return {
    async acquire() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const previous = last;
      last = promise;
      await previous;
      return resolve;
    },
  };
}
