/** Runs work on the same key one after the other, in the order asked for. */
export type KeyLock = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A lock that remembers a key only as long as somebody works on it. */
export function createKeyLock(): KeyLock {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key);
    const result = before ? before.then(work, work) : work();
    // The next in line waits for this one to end, however it ends.
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
