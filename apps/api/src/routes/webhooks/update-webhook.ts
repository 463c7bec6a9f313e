import { WebhookEndpoint, WebhookEndpointPatch } from "@pharmadb/contracts";
import { updateEndpoint, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { checkWebhookUrl } from "../../webhooks/check-webhook-url.ts";
import { noSuchEndpoint } from "../../webhooks/missing.ts";
import { EndpointParams } from "./webhook-params.ts";

export const updateWebhook = defineRoute({
  method: "patch",
  path: "/api/v1/webhooks/:id",
  operationId: "updateWebhook",
  tag: "Webhooks",
  scope: "write",
  summary: "Change an endpoint, disable it or enable it again",
  description: "What waits to be delivered goes to the URL that the endpoint has by then.",
  params: EndpointParams,
  body: WebhookEndpointPatch,
  bodyExamples: { enable: { summary: "Enable it again", value: { enabled: true } } },
  responses: { "200": jsonResponse("The endpoint as it is now.", WebhookEndpoint) },
  problems: ["not_found", "invalid_json", "invalid_request", "payload_too_large", "unsupported_media_type"],
  async handle({ params: { id }, body, response, tenantId, actor, signal }, deps) {
    if (body.url !== undefined) await checkWebhookUrl(deps, { url: body.url, field: "url" }, signal);
    const endpoint = await withAudit(
      deps.sql,
      (sql) => updateEndpoint(sql, tenantId, id, body),
      (changed) =>
        changed && {
          actor,
          action: "webhook.updated",
          target: { type: "webhook", id },
          details: { fields: Object.keys(body) },
        },
    );
    if (!endpoint) throw noSuchEndpoint(id);
    response.json(endpoint);
  },
});
