import { AppError, Research } from "@pharmadb/contracts";
import { getResearch, retryResearch, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { sendResearch } from "../../research/send-research.ts";
import { tellWatchers } from "../../research/tell-watchers.ts";
import { ResearchParams } from "./research-params.ts";

export const retryResearchRoute = defineRoute({
  method: "post",
  path: "/api/v1/research/:id/retry",
  operationId: "retryResearch",
  tag: "Research",
  scope: "write",
  summary: "Run a failed job again, from where it failed",
  description: "What had been found before is kept: finished model calls and tool calls are not repeated.",
  params: ResearchParams,
  responses: { "202": jsonResponse("The job is queued again.", Research) },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    await deps.backlog.enter(tenantId);
    const outcome = await withAudit(
      deps.sql,
      (sql) => retryResearch(sql, tenantId, id),
      (result) =>
        result === "queued" ? { actor, action: "research.retried", target: { type: "research", id } } : null,
    );
    if (outcome === "missing") throw noSuchResearch(id);
    if (outcome === "not_failed") throw new AppError("conflict", "Only a job that failed can be run again.");
    const research = await getResearch(deps.sql, tenantId, id);
    if (!research) throw noSuchResearch(id);
    deps.dispatcher.poke();
    await tellWatchers(deps.queues, id, log);
    sendResearch(response, research, 202);
  },
});
