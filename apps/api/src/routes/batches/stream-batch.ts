import { isEndedBatch } from "@pharmadb/contracts";
import { getBatch } from "@pharmadb/store";
import { z } from "zod";
import { followBatch } from "../../batches/follow-batch.ts";
import { noSuchBatch } from "../../batches/send-batch.ts";
import { openEventStream } from "../../http/event-stream.ts";
import { preferredType } from "../../http/preferred-type.ts";
import { defineRoute } from "../../http/route.ts";
import { BATCH_EXAMPLE } from "../../openapi/examples.ts";
import { BatchParams } from "./batch-params.ts";

const STREAM_EXAMPLE = `id: 17\nevent: batch.progress\ndata: ${JSON.stringify(BATCH_EXAMPLE)}\n\n`;

const Version = z
  .string()
  .regex(/^\d{1,9}$/, "The id of an event.")
  .transform(Number)
  .optional();

export const streamBatch = defineRoute({
  method: "get",
  path: "/api/v1/batches/:id/events",
  operationId: "streamBatch",
  tag: "Batches",
  scope: "read",
  traffic: "stream",
  summary: "The counts of a batch, live",
  description:
    "Server-sent events, at most two a second: `event` is `batch.progress`, or `batch.completed`, `batch.cancelled` or `batch.failed` for the last one, `data` the batch as JSON, `id` its version. Begins with the batch as it is, unless that is the version which `Last-Event-ID` or `after` names.",
  params: BatchParams,
  query: z.strictObject({
    after: Version.meta({
      description: "The id of the last event that you have.",
      override: { type: "integer", minimum: 0 },
    }),
  }),
  headers: z.object({
    "Last-Event-ID": Version.meta({
      description: "What an `EventSource` sends when it connects again. Goes before `after`.",
      override: { type: "integer", minimum: 0 },
    }),
  }),
  responses: {
    "200": {
      description: "The events.",
      content: { "text/event-stream": { schema: { type: "string" }, example: STREAM_EXAMPLE } },
    },
    "204": { description: "The batch has ended, and you know how. An `EventSource` does not come again." },
  },
  problems: ["not_found", "not_acceptable", "invalid_request"],
  async handle({ params: { id }, query, headers, request, response, tenantId, signal }, deps) {
    preferredType(request, response, ["text/event-stream"]);
    const batch = await getBatch(deps.sql, tenantId, id);
    if (!batch) throw noSuchBatch(id);
    const after = headers["Last-Event-ID"] ?? query.after ?? 0;
    if (isEndedBatch(batch.status) && after >= batch.version) {
      response.status(204).end();
      return;
    }
    const stream = openEventStream(response, deps.timing, signal);
    if (request.method !== "HEAD") await followBatch(deps, { tenantId, id, after }, stream, signal);
    stream.end();
  },
});
