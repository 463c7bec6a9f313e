import { AppError, Batch, CANCELS } from "@pharmadb/contracts";
import { getBatch, requestBatchCancel } from "@pharmadb/store";
import { noSuchBatch, sendBatch } from "../../batches/send-batch.ts";
import { tellOfBatches } from "../../batches/tell-of-batches.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { BatchParams } from "./batch-params.ts";

export const cancelBatch = defineRoute({
  method: "post",
  path: "/api/v1/batches/:id/cancel",
  operationId: "cancelBatch",
  tag: "Batches",
  scope: "write",
  summary: "Stop a batch",
  description: "Requests that have not begun are cancelled at once, those that run within about a second.",
  params: BatchParams,
  responses: { "202": jsonResponse("The batch is cancelled or about to be.", Batch) },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const cancelled = await requestBatchCancel(deps.sql, tenantId, id, actor);
    if (cancelled.outcome === "missing") throw noSuchBatch(id);
    if (cancelled.outcome === "terminal") {
      throw new AppError("conflict", "The batch has ended; there is nothing to cancel.");
    }
    await tellOfBatches(deps.queues, [CANCELS, id, ...cancelled.research], log);
    const batch = await getBatch(deps.sql, tenantId, id);
    if (!batch) throw noSuchBatch(id);
    sendBatch(response, batch, 202);
  },
});
