import { setTimeout as pause } from "node:timers/promises";
import { AppError, parseOwn } from "@pharmadb/contracts";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { z } from "zod";
import type { Http } from "./http.ts";

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** In a row, with the pauses between them about a quarter of a minute: a service that restarts is back by then. */
const MAX_FAILURES = 8;

export type Followed<S extends z.ZodType> = {
  /** The path of the event stream, without a query. */
  path: string;
  schema: S;
  /** Whether the stream ends after this one. */
  isLast(event: z.output<S>): boolean;
};

/**
 * The events of a stream after the one of this id (0 for all), to the last one, as they happen. A connection that ends
 * or breaks before that is opened again at the last event seen, after a pause that grows while nothing comes. Throws
 * what the service answers instead of events, that it cannot be reached, and the signal's reason.
 */
export async function* followStream<S extends z.ZodType>(
  http: Http,
  { path, schema, isLast }: Followed<S>,
  { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
): AsyncGenerator<z.output<S>> {
  let seen = after;
  let fruitless = 0;
  let failures = 0;
  let connected = false;
  for (;;) {
    try {
      const messages = await connect(http, `${path}?after=${seen}`, signal);
      // All has happened, and been seen.
      if (messages === null) return;
      connected = true;
      failures = 0;
      for await (const { id, data } of messages) {
        const event = parseOwn(schema, JSON.parse(data), "event");
        seen = Number(id);
        fruitless = 0;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const mayPass = !(error instanceof AppError) || error.retryable;
      if (!connected || !mayPass || ++failures > MAX_FAILURES) throw error;
    }
    await pause(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** fruitless++), undefined, signal ? { signal } : {});
  }
}

/** The messages of one connection; null where the service says that there are no more. */
async function connect(http: Http, path: string, signal: AbortSignal | undefined) {
  const response = await http.send(path, { headers: { accept: "text/event-stream" }, ...(signal && { signal }) });
  if (response.status === 204 || !response.body) return null;
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}
