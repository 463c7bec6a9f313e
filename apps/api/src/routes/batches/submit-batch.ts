import {
  AppError,
  Batch,
  BatchBody,
  BatchOptions,
  FileBatchBody,
  MAX_BATCH_BYTES,
  MAX_BATCH_REQUESTS,
} from "@pharmadb/contracts";
import { z } from "zod";
import { batchBytes } from "../../batches/batch-bytes.ts";
import { sendBatch } from "../../batches/send-batch.ts";
import { batchForm, submitBatch } from "../../batches/submit-batch.ts";
import { tellOfBatches } from "../../batches/tell-of-batches.ts";
import { batchPath } from "../../batches/to-batch.ts";
import { IdempotencyKey } from "../../http/idempotency-key.ts";
import { gatherMetadata, metadataQuery } from "../../http/metadata-query.ts";
import { defineRoute } from "../../http/route.ts";
import { BATCH_BODY_EXAMPLE, BATCH_EXAMPLE, BATCH_LINES_EXAMPLE, FILE_BATCH_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

const HEADERS = {
  Location: "The address of the batch.",
  "Retry-After": "Seconds after which to ask again; absent where it has ended.",
  ETag: "The version of the batch.",
};

export const submitBatchRoute = defineRoute({
  method: "post",
  path: "/api/v1/batches",
  operationId: "submitBatch",
  tag: "Batches",
  scope: "write",
  isSubmission: true,
  summary: "Submit many questions at once",
  description: `Up to ${MAX_BATCH_REQUESTS} requests and ${MAX_BATCH_BYTES / 1024 / 1024} MiB: as NDJSON, one request a line, as a JSON object, or as the lines of an uploaded file. Both kinds of body are read while they arrive. A request is the body of a single job and a \`custom_id\` of its own; it has at most 1 MiB, and its priority is \`batch\`. Lines are counted from 1, blank ones included; in a JSON object the place in \`requests\` is the line.

Requests that are not valid are told of under \`errors\` and do not stop the others, unless \`strict\`: then the batch has failed and nothing runs. So it has where no request is valid. The batch is accepted with the answer; a body that breaks off leaves nothing. What holds for all of an NDJSON body is said in the query, for a JSON body in its fields. The same \`Idempotency-Key\` with the same body and query gives the same batch for 24 hours.`,
  query: z.strictObject({
    strict: z
      .enum(["true", "false"])
      .default("false")
      .transform((text) => text === "true")
      .meta({
        description: "Whether one bad request stops all.",
        override: { type: "boolean", default: false },
      }),
    "webhook.url": z.string().optional().meta({
      description: "Of an NDJSON body: where to tell that the batch has ended.",
      example: "https://example.org/hook",
    }),
    metadata: metadataQuery(
      BatchOptions.shape.metadata.unwrap(),
      "Of an NDJSON body: metadata of the batch, each pair as `metadata.KEY=VALUE`.",
    ),
  }),
  readQuery: gatherMetadata,
  headers: z.object({ "Idempotency-Key": IdempotencyKey }),
  requestBody: {
    required: true,
    content: {
      "application/x-ndjson": { schema: { type: "string" }, example: BATCH_LINES_EXAMPLE },
      "application/json": {
        schema: z.union([BatchBody, FileBatchBody]),
        examples: {
          requests: { summary: "Requests in the body", value: BATCH_BODY_EXAMPLE },
          file: { summary: "Requests in a file", value: FILE_BATCH_EXAMPLE },
        },
      },
    },
  },
  responses: {
    "202": jsonResponse("The batch is accepted.", Batch, {
      headers: HEADERS,
      examples: { running: { summary: "A batch at work", value: BATCH_EXAMPLE } },
    }),
    "200": jsonResponse("The batch that was made before under this key.", Batch, {
      headers: { ...HEADERS, "Idempotent-Replayed": "`true`." },
    }),
  },
  problems: [
    "invalid_json",
    "invalid_request",
    "idempotency_conflict",
    "payload_too_large",
    "unsupported_media_type",
    "unavailable",
  ],
  async handle({ query, headers, request, response, tenantId, actor, log, signal }, deps) {
    const form = batchForm(request);
    const { strict, "webhook.url": url, metadata } = query;
    const options = { ...(url !== undefined && { webhook: { url } }), ...(metadata !== undefined && { metadata }) };
    const bytes = batchBytes(request, response, [form, JSON.stringify({ strict, ...options })]);
    const key = headers["Idempotency-Key"];
    const { outcome, batch } = await submitBatch(
      deps,
      { tenantId, by: actor, form, bytes, strict, options, key },
      signal,
    );
    if (outcome === "conflict") {
      throw new AppError("idempotency_conflict", `This Idempotency-Key was used with another body, for ${batch.id}.`);
    }
    if (outcome === "created") await tellOfBatches(deps.queues, [], log);
    else response.set("Idempotent-Replayed", "true");
    response.set("Location", batchPath(batch.id));
    sendBatch(response, batch, outcome === "created" ? 202 : 200);
  },
});
