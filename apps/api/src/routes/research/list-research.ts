import { idPattern, listOf, RESEARCH_STATUSES, Research } from "@pharmadb/contracts";
import { listResearch } from "@pharmadb/store";
import { z } from "zod";
import { noteListed } from "../../audit/note-reading.ts";
import { Limit, toList } from "../../http/list-page.ts";
import { AnyPairs, gatherMetadata, metadataQuery } from "../../http/metadata-query.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { toResearch } from "../../research/to-research.ts";

export const listResearchRoute = defineRoute({
  method: "get",
  path: "/api/v1/research",
  operationId: "listResearch",
  tag: "Research",
  scope: "read",
  summary: "Jobs, newest first",
  query: z.strictObject({
    status: z.enum(RESEARCH_STATUSES).optional(),
    batch_id: z.string().regex(idPattern("bat"), "Not a batch id.").optional(),
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("res"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
    metadata: metadataQuery(AnyPairs, "Pairs that the job's metadata must have, each as `metadata.KEY=VALUE`."),
  }),
  readQuery: gatherMetadata,
  responses: { "200": jsonResponse("A page of jobs.", listOf(Research)) },
  problems: ["invalid_request"],
  async handle({ query, request, response, tenantId, actor }, deps) {
    const { status, batch_id: batchId, metadata, limit, after } = query;
    const page = await listResearch(deps.sql, tenantId, { status, batchId, metadata, limit, after });
    await noteListed(deps, { actor, request }, page.data);
    response.json(toList({ ...page, data: page.data.map(toResearch) }));
  },
});
