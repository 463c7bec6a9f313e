/**
 * What `work` gives, or the signal's reason where it does not end within `graceMs` of the signal: work that does not
 * heed the signal must not keep its job from ending. What it still does then is fenced off from the record.
 */
export async function settleSoon<T>(
  work: Promise<T>,
  signal: AbortSignal,
  graceMs: (reason: unknown) => number,
): Promise<T> {
  const left = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => left.reject(signal.reason), graceMs(signal.reason));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, left.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}
