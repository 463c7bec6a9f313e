import type { Wakeups } from "./queues.ts";

export type Subscriptions = Pick<Wakeups, "subscribe"> & {
  /** Calls the listeners of these ids in this process. */
  tell(ids: Iterable<string>): void;
};

/** Who in this process wants to hear of which job. */
export function createSubscriptions(): Subscriptions {
  const listeners = new Map<string, Set<() => void>>();
  return {
    subscribe(id, listener) {
      const own = () => listener();
      const set = listeners.get(id) ?? new Set();
      listeners.set(id, set.add(own));
      return {
        [Symbol.dispose]() {
          set.delete(own);
          if (set.size === 0 && listeners.get(id) === set) listeners.delete(id);
        },
      };
    },
    tell(ids) {
      for (const id of ids) for (const listener of listeners.get(id) ?? []) listener();
    },
  };
}
