/** What a worker has in hand, and when that is nothing. */
export type WorkInHand = {
  run(work: () => Promise<void>): Promise<void>;
  /** Settles once nothing runs. */
  idle(): Promise<void>;
};

/** Counts what runs. */
export function countWork(): WorkInHand {
  let running = 0;
  let onIdle: () => void = () => undefined;
  return {
    async run(work) {
      running++;
      try {
        await work();
      } finally {
        running--;
        if (running === 0) onIdle();
      }
    },
    idle: () =>
      new Promise<void>((resolve) => {
        onIdle = resolve;
        if (running === 0) resolve();
      }),
  };
}
