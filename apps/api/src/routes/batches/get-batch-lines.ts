import { type BatchLineState, getBatch } from "@pharmadb/store";
import { noteRead } from "../../audit/note-reading.ts";
import { toErrorLine, toResultLine } from "../../batches/result-lines.ts";
import { noSuchBatch } from "../../batches/send-batch.ts";
import { streamLines } from "../../batches/stream-lines.ts";
import { defineRoute } from "../../http/route.ts";
import { BatchParams } from "./batch-params.ts";

export const getBatchResults = linesRoute({
  part: "results",
  operationId: "getBatchResults",
  summary: "What the requests of a batch have come to",
  description:
    "NDJSON in the order of submission: a line for each valid request that has ended, with the job and, where there is no report, the reason. While the batch runs, those that have ended by now.",
  object: "BatchResult",
  toLine: toResultLine,
});

export const getBatchErrors = linesRoute({
  part: "errors",
  operationId: "getBatchErrors",
  summary: "What is wrong with the requests of a batch",
  description:
    "NDJSON in the order of submission: a line for each request that is not valid, by its number, and for each whose job has failed.",
  object: "BatchError",
  toLine: toErrorLine,
});

function linesRoute({
  part,
  object,
  toLine,
  ...about
}: {
  part: string;
  operationId: string;
  summary: string;
  description: string;
  /** The name of a line's schema in the document. */
  object: string;
  toLine: (state: BatchLineState) => object | null;
}) {
  return defineRoute({
    method: "get",
    path: `/api/v1/batches/:id/${part}`,
    tag: "Batches",
    scope: "read",
    ...about,
    params: BatchParams,
    responses: {
      "200": {
        description: `One JSON object a line, each a \`${object}\`.`,
        content: { "application/x-ndjson": { schema: { type: "string" } } },
      },
    },
    problems: ["not_found"],
    async handle({ params: { id }, request, response, tenantId, actor, signal }, deps) {
      if (!(await getBatch(deps.sql, tenantId, id))) throw noSuchBatch(id);
      await noteRead(deps, { actor, request }, "batch.results_read", { type: "batch", id }, { part });
      await streamLines(deps.sql, { batchId: id, request, response }, toLine, signal);
    },
  });
}
