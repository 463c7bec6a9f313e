import { AppError, Evidence } from "@pharmadb/contracts";
import { getEvidence } from "@pharmadb/store";
import { z } from "zod";
import { noteRead } from "../../audit/note-reading.ts";
import { defineRoute } from "../../http/route.ts";
import { EVIDENCE_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { ResearchParams } from "./research-params.ts";

export const getEvidenceRoute = defineRoute({
  method: "get",
  path: "/api/v1/research/:id/evidence/:n",
  operationId: "getEvidence",
  tag: "Research",
  scope: "read",
  summary: "One piece of evidence",
  description: "`sha256` is over the canonical JSON of `content`: keys in code-unit order, no white space.",
  params: ResearchParams.extend({
    n: z
      .string()
      .regex(/^[1-9]\d{0,8}$/)
      .transform(Number)
      .meta({ description: "Its number: the 3 of `[E3]`.", override: { type: "integer", minimum: 1 } }),
  }),
  responses: {
    "200": jsonResponse("The evidence.", Evidence, {
      examples: { query: { summary: "A query", value: EVIDENCE_EXAMPLE } },
    }),
  },
  problems: ["not_found"],
  async handle({ params: { id, n }, request, response, tenantId, actor }, deps) {
    const evidence = await getEvidence(deps.sql, tenantId, id, n);
    if (!evidence) throw new AppError("not_found", `There is no evidence ${n} of a research job ${id}.`);
    await noteRead(deps, { actor, request }, "research.evidence_read", { type: "research", id }, { n });
    response.json(evidence);
  },
});
