import { Batch } from "@pharmadb/contracts";
import { getBatch } from "@pharmadb/store";
import { z } from "zod";
import { batchEtag, noSuchBatch, sendBatch } from "../../batches/send-batch.ts";
import { matchesEtag } from "../../http/etag.ts";
import { defineRoute } from "../../http/route.ts";
import { BATCH_EXAMPLE } from "../../openapi/examples.ts";
import { describeHeaders, jsonResponse } from "../../openapi/json-response.ts";
import { BatchParams } from "./batch-params.ts";

const HEADERS = {
  ETag: "The version of the batch; another one with each change of a count.",
  "Retry-After": "Seconds after which to ask again; absent once it has ended.",
};

export const getBatchRoute = defineRoute({
  method: "get",
  path: "/api/v1/batches/:id",
  operationId: "getBatch",
  tag: "Batches",
  scope: "read",
  summary: "A batch and how many of its requests are in which state",
  params: BatchParams,
  headers: z.object({
    "If-None-Match": z.string().optional().meta({ description: "The `ETag` that you have; unchanged: 304." }),
  }),
  responses: {
    "200": jsonResponse("The batch.", Batch, {
      headers: HEADERS,
      examples: { running: { summary: "A batch at work", value: BATCH_EXAMPLE } },
    }),
    "304": { description: "The batch is as you have it.", headers: describeHeaders(HEADERS) },
  },
  problems: ["not_found"],
  async handle({ params: { id }, headers, response, tenantId }, deps) {
    const batch = await getBatch(deps.sql, tenantId, id);
    if (!batch) throw noSuchBatch(id);
    if (matchesEtag(headers["If-None-Match"], batchEtag(batch))) {
      response.status(304).set("ETag", batchEtag(batch)).end();
      return;
    }
    sendBatch(response, batch, 200);
  },
});
