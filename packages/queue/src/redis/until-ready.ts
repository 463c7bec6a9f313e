import type { RedisClient } from "./connect-redis.ts";

const TIMEOUT_MS = 10_000;

/** Redis does not answer, or not as it should. Has a code, as the errors of the system have. */
class RedisUnavailable extends Error {
  readonly code = "REDIS_UNAVAILABLE";
}

/** Settles once a client that is connecting is ready; throws where its first attempt fails. */
export async function untilReady(client: RedisClient): Promise<void> {
  if (client.status === "ready") return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastError: Error | undefined;
  const onError = (error: Error) => {
    lastError = error;
  };
  const onFailed = () => reject(lastError ?? new Error("it ended the connection"));
  const timer = setTimeout(() => reject(lastError ?? new Error(`no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  client.on("error", onError).on("ready", resolve).on("reconnecting", onFailed).on("end", onFailed);
  try {
    await promise;
  } catch (error) {
    throw new RedisUnavailable(`Redis does not answer: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(timer);
    client.off("error", onError).off("ready", resolve).off("reconnecting", onFailed).off("end", onFailed);
  }
}
