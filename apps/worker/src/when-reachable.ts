import { setTimeout as pause } from "node:timers/promises";
import { mayPass } from "@pharmadb/store";

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 4_000;
/** A server that starts anew or fails over is back by then. */
const PATIENCE_MS = 300_000;

/**
 * What `work` gives, tried again while the record cannot be reached or cannot take it, some minutes long. Whether a try
 * has been done is not known where its answer was lost, so doing it twice must be as once. A signal leaves time for one
 * more try.
 */
export async function whenReachable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const startedAt = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const isOver = signal.aborted || performance.now() - startedAt > PATIENCE_MS;
      if (isOver || !mayPass(error)) throw error;
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
