import { AppError, ResearchMetadata, ResearchPatch } from "@pharmadb/contracts";
import { type ChangedMetadata, changeMetadata, type NewAuditEntry, withAudit } from "@pharmadb/store";
import type { z } from "zod";
import { metadataDetails } from "../../audit/metadata-details.ts";
import { defineRoute } from "../../http/route.ts";
import { mayDo } from "../../identity/principal.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { researchEtag } from "../../research/research-etag.ts";
import { tellWatchers } from "../../research/tell-watchers.ts";
import { ResearchParams } from "./research-params.ts";

export const updateResearch = defineRoute({
  method: "patch",
  path: "/api/v1/research/:id",
  operationId: "updateResearch",
  tag: "Research",
  scope: "write",
  summary: "Replace a job's metadata, whatever its state",
  description:
    'The pair `"hold": "true"` keeps the job and its files from retention and deletion. Anyone who may write can set it; to lift it takes the scope `admin`. Messages of webhooks that have been written keep the metadata of then.',
  params: ResearchParams,
  body: ResearchPatch,
  bodyExamples: { hold: { summary: "Set a legal hold", value: { metadata: { study: "DEMO-01", hold: "true" } } } },
  responses: {
    "200": jsonResponse("The metadata as they are now.", ResearchMetadata, { headers: { ETag: "The job's version." } }),
  },
  problems: [
    "not_found",
    "forbidden",
    "invalid_json",
    "invalid_request",
    "payload_too_large",
    "unsupported_media_type",
  ],
  async handle({ params: { id }, body, response, tenantId, principal, actor, log }, deps) {
    const mayLiftHold = mayDo(principal, "admin");
    const result = await withAudit(
      deps.sql,
      (sql) => changeMetadata(sql, { tenantId, id, metadata: body.metadata, mayLiftHold }),
      (changed) => entryOf(changed, { actor, target: { type: "research", id } }),
    );
    if (result.outcome === "missing") throw noSuchResearch(id);
    if (result.outcome === "held") {
      throw new AppError("forbidden", "The job is held. Lifting a hold takes the scope admin.");
    }
    if (result.outcome === "changed") await tellWatchers(deps.queues, id, log);
    const { research } = result;
    const answer: z.input<typeof ResearchMetadata> = { id, object: "research.metadata", metadata: research.metadata };
    response.set("ETag", researchEtag(research)).json(answer);
  },
});

function entryOf(result: ChangedMetadata, about: Pick<NewAuditEntry, "actor" | "target">): NewAuditEntry | null {
  if (result.outcome !== "changed") return null;
  const details = metadataDetails(result.keys, { before: result.before, after: result.research.metadata });
  return { ...about, action: "research.metadata_changed", details };
}
