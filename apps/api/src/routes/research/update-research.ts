import { ResearchMetadata, ResearchPatch } from "@pharmadb/contracts";
import { changeMetadata, withAudit } from "@pharmadb/store";
import type { z } from "zod";
import { metadataChanged, refuseLifting } from "../../audit/metadata-changed.ts";
import { defineRoute } from "../../http/route.ts";
import { mayDo } from "../../identity/principal.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { researchEtag } from "../../research/research-etag.ts";
import { tellWatchers } from "../../research/tell-watchers.ts";
import { ResearchParams } from "./research-params.ts";

const ACTION = "research.metadata_changed";

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
      (change) => metadataChanged(change, { actor, action: ACTION, target: { type: "research", id } }),
    );
    if (result.outcome === "missing") throw noSuchResearch(id);
    refuseLifting(result, ACTION);
    if (result.outcome === "changed") await tellWatchers(deps.queues, id, log);
    const { research } = result;
    const answer: z.input<typeof ResearchMetadata> = { id, object: "research.metadata", metadata: research.metadata };
    response.set("ETag", researchEtag(research)).json(answer);
  },
});
