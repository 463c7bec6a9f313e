import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "@pharmadb/contracts";
import { StorageApiError } from "@supabase/supabase-js";

export type RetryPolicy = {
  /** Calls in all that may fail in a row. */
  attempts: number;
  /** The longest wait before the second call; it doubles from call to call. */
  baseMs: number;
};

/** Runs `call` again while what it fails with may pass. */
export async function retried<T>(call: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      await waitToRetry(error, { attempt, policy }, signal);
    }
  }
}

/** Waits a random time, so that many callers do not meet again; throws the error where another call is of no use. */
export async function waitToRetry(
  error: unknown,
  { attempt, policy }: { attempt: number; policy: RetryPolicy },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (attempt >= policy.attempts || !mayPass(error)) throw error;
  const ms = Math.random() * policy.baseMs * 2 ** (attempt - 1);
  await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/**
 * Whether the same call may work a moment later: the server failed, is busy or was not reached. The status that counts
 * is in the body, as text; HTTP has 400 for most refusals.
 */
function mayPass(error: unknown): boolean {
  if (error instanceof AppError) return false;
  if (!(error instanceof StorageApiError)) return true;
  const status = Number(error.statusCode) || error.status;
  return status >= 500 || status === 429;
}
