/**
 * A function that hands on what it is called with, one batch at a time: calls that come while a batch is under way
 * make up the next one. Each call settles with its batch.
 */
export function batchCalls(send: (values: string[]) => Promise<void>): (value: string) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { values: Set<string>; sent: Promise<void> } | null = null;
  return (value) => {
    if (!next) {
      const values = new Set<string>();
      const sent = last.then(() => {
        next = null;
        return send([...values]);
      });
      next = { values, sent };
      last = sent.catch(() => undefined);
    }
    next.values.add(value);
    return next.sent;
  };
}
