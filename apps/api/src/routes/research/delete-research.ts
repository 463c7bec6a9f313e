import { AppError } from "@pharmadb/contracts";
import { deleteResearch, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { tellWatchers } from "../../research/tell-watchers.ts";
import { ResearchParams } from "./research-params.ts";

export const deleteResearchRoute = defineRoute({
  method: "delete",
  path: "/api/v1/research/:id",
  operationId: "deleteResearch",
  tag: "Research",
  scope: "write",
  summary: "Erase a job with its events, evidence and journal",
  params: ResearchParams,
  responses: { "204": { description: "It is gone." } },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const outcome = await withAudit(
      deps.sql,
      (sql) => deleteResearch(sql, tenantId, id),
      (result) =>
        result === "deleted" ? { actor, action: "research.deleted", target: { type: "research", id } } : null,
    );
    if (outcome === "missing") throw noSuchResearch(id);
    if (outcome === "running") throw new AppError("conflict", "The job is running; cancel it first.");
    if (outcome === "held") throw new AppError("conflict", "The job is held; lift the hold in its metadata first.");
    await tellWatchers(deps.queues, id, log);
    response.status(204).end();
  },
});
