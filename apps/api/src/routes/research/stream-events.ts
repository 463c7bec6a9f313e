import { isTerminal, isTerminalEvent, listOf, ResearchEvent } from "@pharmadb/contracts";
import { getResearch, listEvents } from "@pharmadb/store";
import { z } from "zod";
import type { RouteDeps } from "../../deps.ts";
import { type EventStream, openEventStream } from "../../http/event-stream.ts";
import { toList } from "../../http/list-page.ts";
import { preferredType } from "../../http/preferred-type.ts";
import { defineRoute } from "../../http/route.ts";
import { EVENT_EXAMPLE } from "../../openapi/examples.ts";
import { describeHeaders } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { watchResearch } from "../../research/watch-research.ts";
import { ResearchParams } from "./research-params.ts";

const PAGE = 100;

const Seq = z
  .string()
  .regex(/^\d{1,9}$/, "Must be the number of an event.")
  .transform(Number)
  .optional();

const STREAM_EXAMPLE = `id: 3\nevent: plan.created\ndata: ${JSON.stringify(EVENT_EXAMPLE)}\n\n`;

export const streamEvents = defineRoute({
  method: "get",
  path: "/api/v1/research/:id/events",
  operationId: "streamEvents",
  tag: "Research",
  scope: "read",
  traffic: "stream",
  summary: "What happens in a job, live",
  description:
    "Server-sent events: `id` is the event's number, `event` its type, `data` the event as JSON. Begins with the first event, or after the one that `Last-Event-ID` or `after` names, and ends after the one that ends the job. With `Accept: application/json` a page of what has happened so far.",
  params: ResearchParams,
  query: z.strictObject({
    after: Seq.meta({
      description: "The number of the last event that you have; of a JSON page, its `next_cursor`.",
      override: { type: "integer", minimum: 0 },
    }),
  }),
  headers: z.object({
    "Last-Event-ID": Seq.meta({
      description: "What an `EventSource` sends when it connects again. Goes before `after`.",
      override: { type: "integer", minimum: 0 },
    }),
  }),
  responses: {
    "200": {
      description: "The events.",
      headers: describeHeaders({ Vary: "`Accept`." }),
      content: {
        "text/event-stream": { schema: { type: "string" }, example: STREAM_EXAMPLE },
        "application/json": { schema: listOf(ResearchEvent) },
      },
    },
    "204": { description: "The job has ended and you have all its events. An `EventSource` does not come again." },
  },
  problems: ["not_found", "not_acceptable", "invalid_request"],
  async handle({ params: { id }, query, headers, request, response, tenantId, signal }, deps) {
    const type = preferredType(request, response, ["text/event-stream", "application/json"]);
    const research = await getResearch(deps.sql, tenantId, id);
    if (!research) throw noSuchResearch(id);
    const after = headers["Last-Event-ID"] ?? query.after ?? 0;
    if (type === "application/json") {
      const events = await listEvents(deps.sql, tenantId, id, { after, limit: PAGE + 1 });
      const data = events.slice(0, PAGE);
      response.json(toList({ data, nextCursor: events.length > PAGE ? String(data.at(-1)?.seq) : null }));
    } else if (isTerminal(research.status) && after >= research.event_seq) {
      response.status(204).end();
    } else {
      const stream = openEventStream(response, deps.timing, signal);
      // A HEAD request has its answer with the headers.
      if (request.method !== "HEAD") await follow(deps, { tenantId, id, after }, stream, signal);
      stream.end();
    }
  },
});

/** Sends what has happened and what happens until the job ends, the reader goes or the service stops. */
async function follow(
  deps: RouteDeps,
  { tenantId, id, after }: { tenantId: string; id: string; after: number },
  stream: EventStream,
  signal: AbortSignal,
): Promise<void> {
  using watch = watchResearch(deps.queues.wakeups, id, [signal, deps.stopping]);
  let seq = after;
  while (!signal.aborted) {
    const events = await listEvents(deps.sql, tenantId, id, { after: seq, limit: PAGE });
    for (const event of events) {
      await stream.send({ id: event.seq, event: event.type, data: JSON.stringify(event) });
      seq = event.seq;
    }
    if (events.length === PAGE) continue;
    const last = events.at(-1);
    // Only as the last one: the failure of a job that was then retried is not its end.
    if (last && isTerminalEvent(last.type)) return;
    if (deps.stopping.aborted) return stream.sayComeAgain();
    const wasSilent = await stream.keepAlive();
    // A deleted job gives no more events, not even one that says so.
    if (wasSilent && !(await getResearch(deps.sql, tenantId, id))) return;
    await watch.next(Math.min(deps.timing.recheckMs, deps.timing.heartbeatMs));
  }
}
