import { AppError, isTerminal } from "@pharmadb/contracts";
import { getFiles, getResearch, listEvidence } from "@pharmadb/store";
import { noteRead } from "../../audit/note-reading.ts";
import { allowSilence } from "../../http/allow-silence.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { Recomputation, recompute } from "../../research/recompute.ts";
import { ResearchParams } from "./research-params.ts";

export const recomputeResearch = defineRoute({
  method: "post",
  path: "/api/v1/research/:id/recompute",
  operationId: "recomputeResearch",
  tag: "Research",
  scope: "read",
  summary: "Run the SQL behind every figure again",
  description:
    "On the same bytes and without a model. A figure differs where the bytes are gone or not the same, where its query fails, or where it gives something else; rows in another order are the same, and so are floating-point numbers within a billionth of each other.",
  params: ResearchParams,
  responses: { "200": jsonResponse("What came out.", Recomputation) },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, request, response, tenantId, actor, signal }, deps) {
    const research = await getResearch(deps.sql, tenantId, id);
    if (!research) throw noSuchResearch(id);
    if (!isTerminal(research.status))
      throw new AppError("conflict", "The job has not ended; its figures may still grow.");
    allowSilence(request);
    const evidence = await listEvidence(deps.sql, tenantId, id);
    const files = await getFiles(deps.sql, tenantId, research.file_ids);
    await noteRead(deps, { actor, request }, "research.recomputed", { type: "research", id });
    response.json(await recompute(deps, { research, evidence, files }, signal));
  },
});
