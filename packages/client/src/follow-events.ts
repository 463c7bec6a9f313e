import { setTimeout as pause } from "node:timers/promises";
import { AppError, isTerminalEvent, parse, ResearchEvent } from "@pharmadb/contracts";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Http } from "./http.ts";

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** In a row, with the pauses between them about a quarter of a minute: a service that restarts is back by then. */
const MAX_FAILURES = 8;

/**
 * The events of a job from `after` (a `seq`; 0 for all) to its end, as they happen. A connection that ends or breaks
 * before the terminal event is opened again at the last event seen, after a pause that grows while nothing comes.
 * Throws what the service answers instead of events, that it cannot be reached, and the signal's reason.
 */
export async function* followEvents(
  http: Http,
  researchId: string,
  { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
): AsyncGenerator<ResearchEvent> {
  let seen = after;
  let fruitless = 0;
  let failures = 0;
  let connected = false;
  for (;;) {
    try {
      const events = await connect(http, researchId, seen, signal);
      // The job has ended, and its end has been seen.
      if (events === null) return;
      connected = true;
      failures = 0;
      for await (const event of events) {
        seen = event.seq;
        fruitless = 0;
        yield event;
        if (isTerminalEvent(event.type)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const mayPass = !(error instanceof AppError) || error.retryable;
      if (!connected || !mayPass || ++failures > MAX_FAILURES) throw error;
    }
    await pause(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** fruitless++), undefined, signal ? { signal } : {});
  }
}

/** The events of one connection; null where the service says that there are no more. */
async function connect(
  http: Http,
  researchId: string,
  after: number,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<ResearchEvent> | null> {
  const response = await http.send(`/api/v1/research/${encodeURIComponent(researchId)}/events?after=${after}`, {
    headers: { accept: "text/event-stream" },
    ...(signal && { signal }),
  });
  return response.status === 204 || !response.body ? null : readEvents(response.body);
}

async function* readEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ResearchEvent> {
  const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) yield parse(ResearchEvent, JSON.parse(message.data), "event");
}
