import { Evidence, listOf } from "@pharmadb/contracts";
import { getResearch, listEvidence } from "@pharmadb/store";
import { noteRead } from "../../audit/note-reading.ts";
import { toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { EVIDENCE_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { ResearchParams } from "./research-params.ts";

export const listEvidenceRoute = defineRoute({
  method: "get",
  path: "/api/v1/research/:id/evidence",
  operationId: "listEvidence",
  tag: "Research",
  scope: "read",
  summary: "All evidence of a job, by number",
  description: "Grows while the job runs; a number never changes its meaning.",
  params: ResearchParams,
  responses: {
    "200": jsonResponse("All of it, on one page.", listOf(Evidence), {
      examples: {
        one: {
          summary: "One query",
          value: { object: "list", data: [EVIDENCE_EXAMPLE], has_more: false, next_cursor: null },
        },
      },
    }),
  },
  problems: ["not_found"],
  async handle({ params: { id }, request, response, tenantId, actor }, deps) {
    const data = await listEvidence(deps.sql, tenantId, id);
    if (data.length === 0 && !(await getResearch(deps.sql, tenantId, id))) throw noSuchResearch(id);
    if (data.length > 0) {
      const details = { pieces: data.length };
      await noteRead(deps, { actor, request }, "research.evidence_read", { type: "research", id }, details);
    }
    response.json(toList({ data, nextCursor: null }));
  },
});
