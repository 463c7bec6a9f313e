/** Does the work of each `who` a few at a time; the rest waits for its turn, first come, first served. */
export type InTurn = <T>(who: string, work: () => Promise<T>) => Promise<T>;

/** Lets so many works of each go on at once. */
export function createInTurn(atOnce: number): InTurn {
  const lines = new Map<string, { running: number; waiting: (() => void)[] }>();
  return async (who, work) => {
    const line = lines.get(who) ?? { running: 0, waiting: [] };
    lines.set(who, line);
    if (line.running < atOnce) line.running++;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next, so that nobody who comes now gets before it.
      const next = line.waiting.shift();
      if (next) next();
      else if (--line.running === 0) lines.delete(who);
    }
  };
}
