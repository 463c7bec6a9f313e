import { Batch, BatchPatch } from "@pharmadb/contracts";
import { changeBatchMetadata, getBatch, withAudit } from "@pharmadb/store";
import { metadataChanged, refuseLifting } from "../../audit/metadata-changed.ts";
import { noSuchBatch, sendBatch } from "../../batches/send-batch.ts";
import { tellOfBatches } from "../../batches/tell-of-batches.ts";
import { defineRoute } from "../../http/route.ts";
import { mayDo } from "../../identity/principal.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { BatchParams } from "./batch-params.ts";

const ACTION = "batch.metadata_changed";

export const updateBatch = defineRoute({
  method: "patch",
  path: "/api/v1/batches/:id",
  operationId: "updateBatch",
  tag: "Batches",
  scope: "write",
  summary: "Replace a batch's metadata, whatever its state",
  description:
    'The pair `"hold": "true"` keeps the batch with all its jobs and files. Anyone who may write can set it; to lift it takes the scope `admin`. The metadata of its jobs are their own.',
  params: BatchParams,
  body: BatchPatch,
  bodyExamples: { hold: { summary: "Set a legal hold", value: { metadata: { study: "DEMO-01", hold: "true" } } } },
  responses: { "200": jsonResponse("The batch with its metadata as they are now.", Batch) },
  problems: [
    "not_found",
    "forbidden",
    "invalid_json",
    "invalid_request",
    "payload_too_large",
    "unsupported_media_type",
  ],
  async handle({ params: { id }, body: { metadata }, response, tenantId, principal, actor, log }, deps) {
    const mayLiftHold = mayDo(principal, "admin");
    const change = await withAudit(
      deps.sql,
      (sql) => changeBatchMetadata(sql, { tenantId, id, metadata, mayLiftHold }),
      (changed) => metadataChanged(changed, { actor, action: ACTION, target: { type: "batch", id } }),
    );
    refuseLifting(change, ACTION);
    if (change.outcome === "changed") await tellOfBatches(deps.queues, [id], log);
    const batch = await getBatch(deps.sql, tenantId, id);
    if (!batch) throw noSuchBatch(id);
    sendBatch(response, batch, 200);
  },
});
