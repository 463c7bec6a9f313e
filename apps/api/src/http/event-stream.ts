import type { Response } from "express";
import type { Timing } from "../deps.ts";

/** Milliseconds after which a client should connect again when the service has ended its stream. */
const COME_AGAIN_MS = 2000;

export type EventStream = {
  /** Writes an event and waits until the reader has taken enough of what was written before. */
  send(event: { id: number; event: string; data: string }): Promise<void>;
  /** Writes a comment if nothing has been written for a while; says whether it did. */
  keepAlive(): Promise<boolean>;
  /** Tells the client when to connect again. */
  sayComeAgain(): Promise<void>;
  end(): void;
};

/** Begins a `text/event-stream` answer. After the reader has gone, writing does nothing. */
export function openEventStream(
  response: Response,
  { heartbeatMs, stallMs }: Pick<Timing, "heartbeatMs" | "stallMs">,
  signal: AbortSignal,
): EventStream {
  response.status(200).set({
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    // Proxies that buffer answers would keep events back until the stream ends.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  let writtenAt = performance.now();
  const write = async (text: string) => {
    if (signal.aborted) return;
    writtenAt = performance.now();
    if (!response.write(text)) await drained(response, stallMs);
  };
  return {
    send: ({ id, event, data }) => write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`),
    keepAlive: async () => {
      if (performance.now() - writtenAt < heartbeatMs) return false;
      await write(": still here\n\n");
      return true;
    },
    sayComeAgain: () => write(`retry: ${COME_AGAIN_MS}\n\n`),
    end: () => void response.end(),
  };
}

/** Until the reader has caught up or has gone; one that takes nothing for too long is cut off. */
async function drained(response: Response, stallMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => response.destroy(), stallMs);
  response.once("drain", resolve);
  response.once("close", resolve);
  await promise;
  clearTimeout(timer);
  response.off("drain", resolve);
  response.off("close", resolve);
}
