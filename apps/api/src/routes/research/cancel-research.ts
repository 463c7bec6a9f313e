import { AppError, Research } from "@pharmadb/contracts";
import { getResearch, requestCancel, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { sendResearch } from "../../research/send-research.ts";
import { tellOfCancel } from "../../research/tell-watchers.ts";
import { sendEndSoon } from "../../webhooks/send-soon.ts";
import { ResearchParams } from "./research-params.ts";

export const cancelResearch = defineRoute({
  method: "post",
  path: "/api/v1/research/:id/cancel",
  operationId: "cancelResearch",
  tag: "Research",
  scope: "write",
  summary: "Stop a job",
  description: "A queued job is cancelled at once, a running one within about a second.",
  params: ResearchParams,
  responses: { "202": jsonResponse("The job is cancelled or about to be.", Research) },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const outcome = await withAudit(
      deps.sql,
      (sql) => requestCancel(sql, tenantId, id),
      (result) =>
        result === "cancelled" || result === "requested"
          ? { actor, action: "research.cancelled", target: { type: "research", id } }
          : null,
    );
    if (outcome === "missing") throw noSuchResearch(id);
    if (outcome === "terminal") throw new AppError("conflict", "The job has ended; there is nothing to cancel.");
    await tellOfCancel(deps.queues, id, log);
    if (outcome === "cancelled") await sendEndSoon(deps, id, log);
    const research = await getResearch(deps.sql, tenantId, id);
    if (!research) throw noSuchResearch(id);
    sendResearch(response, research, 202);
  },
});
