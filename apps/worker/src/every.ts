/**
 * Runs `task` again and again with a pause between, starting with a pause. Disposing waits for one that runs.
 * Errors go to `onError` and end nothing.
 */
export function every(pauseMs: number, task: () => Promise<void>, onError: (error: unknown) => void): AsyncDisposable {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(tick, pauseMs);

  function tick(): void {
    running = task()
      .catch(onError)
      .then(() => {
        if (!stopped) timer = setTimeout(tick, pauseMs);
      });
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
