import { BATCH_STATUSES, Batch, idPattern, listOf } from "@pharmadb/contracts";
import { listBatches } from "@pharmadb/store";
import { z } from "zod";
import { toBatch } from "../../batches/to-batch.ts";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

export const listBatchesRoute = defineRoute({
  method: "get",
  path: "/api/v1/batches",
  operationId: "listBatches",
  tag: "Batches",
  scope: "read",
  summary: "Batches, newest first",
  query: z.strictObject({
    status: z.enum(BATCH_STATUSES).optional(),
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("bat"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: { "200": jsonResponse("A page of batches.", listOf(Batch)) },
  problems: ["invalid_request"],
  async handle({ query, response, tenantId }, deps) {
    const page = await listBatches(deps.sql, tenantId, query);
    response.json(toList({ ...page, data: page.data.map(toBatch) }));
  },
});
