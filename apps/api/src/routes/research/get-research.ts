import { Research } from "@pharmadb/contracts";
import { z } from "zod";
import { noteResearchRead } from "../../audit/note-reading.ts";
import { matchesEtag } from "../../http/etag.ts";
import { defineRoute } from "../../http/route.ts";
import { RESEARCH_EXAMPLE } from "../../openapi/examples.ts";
import { describeHeaders, jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { researchEtag } from "../../research/research-etag.ts";
import { sendResearch } from "../../research/send-research.ts";
import { waitForResearch } from "../../research/wait-for-research.ts";
import { ResearchParams } from "./research-params.ts";
import { Wait } from "./wait-query.ts";

const HEADERS = {
  ETag: "The job's version.",
  "Retry-After": "Seconds after which to ask again; absent once it has ended.",
};

export const getResearchRoute = defineRoute({
  method: "get",
  path: "/api/v1/research/:id",
  operationId: "getResearch",
  tag: "Research",
  scope: "read",
  summary: "A job as it is now, or once it has ended",
  params: ResearchParams,
  query: z.strictObject({ wait: Wait }),
  headers: z.object({
    "If-None-Match": z.string().optional().meta({ description: "The `ETag` that you have; unchanged: 304." }),
  }),
  responses: {
    "200": jsonResponse("The job.", Research, {
      headers: HEADERS,
      examples: { running: { summary: "A job at work", value: RESEARCH_EXAMPLE } },
    }),
    "304": { description: "The job is as you have it.", headers: describeHeaders(HEADERS) },
  },
  problems: ["not_found", "invalid_request"],
  async handle({ params: { id }, query, headers, request, response, tenantId, actor, signal }, deps) {
    const research = await waitForResearch(deps, { tenantId, id, seconds: query.wait ?? 0 }, signal);
    if (!research) throw noSuchResearch(id);
    if (matchesEtag(headers["If-None-Match"], researchEtag(research))) {
      response.status(304).set("ETag", researchEtag(research)).end();
      return;
    }
    await noteResearchRead(deps, { actor, request }, research);
    sendResearch(response, research, 200);
  },
});
