import { isTerminalEvent, parse, ResearchEvent } from "@pharmadb/contracts";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Http } from "./http.ts";

/**
 * The events of a job from `after` (a `seq`; 0 for all) to its end, as they happen. A connection that ends before the
 * terminal event is opened again at the last event seen; an error answer ends the iteration by throwing it.
 */
export async function* followEvents(
  http: Http,
  researchId: string,
  { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
): AsyncGenerator<ResearchEvent> {
  let seen = after;
  while (!signal?.aborted) {
    for await (const event of oneConnection(http, researchId, seen, signal)) {
      seen = event.seq;
      yield event;
      if (isTerminalEvent(event.type)) return;
    }
  }
}

async function* oneConnection(
  http: Http,
  researchId: string,
  after: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ResearchEvent> {
  const response = await http.send(`/api/v1/research/${researchId}/events?after=${after}`, {
    headers: { accept: "text/event-stream" },
    ...(signal && { signal }),
  });
  if (!response.body) return;
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) yield parse(ResearchEvent, JSON.parse(message.data), "event");
}
