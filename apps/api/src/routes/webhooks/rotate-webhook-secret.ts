import { WebhookEndpointWithSecret } from "@pharmadb/contracts";
import { rotateSecret, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchEndpoint } from "../../webhooks/missing.ts";
import { EndpointParams } from "./webhook-params.ts";

export const rotateWebhookSecret = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/:id/rotate-secret",
  operationId: "rotateWebhookSecret",
  tag: "Webhooks",
  scope: "write",
  summary: "Give an endpoint a new secret",
  description:
    "For 24 hours the secret before signs as well, so that a receiver can change over without a gap. No older one does: to be rid of a secret that others know, rotate twice.",
  params: EndpointParams,
  responses: { "200": jsonResponse("The endpoint, with its new secret.", WebhookEndpointWithSecret) },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId, actor }, deps) {
    const rotated = await withAudit(
      deps.sql,
      (sql) => rotateSecret(sql, tenantId, id),
      (result) => result && { actor, action: "webhook.secret_rotated", target: { type: "webhook", id } },
    );
    if (!rotated) throw noSuchEndpoint(id);
    response.set("Cache-Control", "no-store").json({ ...rotated.endpoint, secret: rotated.secret });
  },
});
