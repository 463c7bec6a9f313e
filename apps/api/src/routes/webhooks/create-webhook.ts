import { NewWebhookEndpoint, WebhookEndpointWithSecret } from "@pharmadb/contracts";
import { createEndpoint, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { NEW_WEBHOOK_EXAMPLE, WEBHOOK_EXAMPLE, WEBHOOK_SECRET_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { checkWebhookUrl } from "../../webhooks/check-webhook-url.ts";

export const createWebhook = defineRoute({
  method: "post",
  path: "/api/v1/webhooks",
  operationId: "createWebhook",
  tag: "Webhooks",
  scope: "write",
  summary: "Have ends of jobs told to a URL",
  description:
    "The URL must lead to public addresses and serve HTTP on a usual port; it is looked up now and before each request. The secret is in this answer only.",
  body: NewWebhookEndpoint,
  bodyExamples: { research: { summary: "Reports that are done", value: NEW_WEBHOOK_EXAMPLE } },
  responses: {
    "201": jsonResponse("The endpoint, with its secret.", WebhookEndpointWithSecret, {
      headers: { Location: "The address of the endpoint." },
      examples: {
        created: { summary: "An endpoint", value: { ...WEBHOOK_EXAMPLE, secret: WEBHOOK_SECRET_EXAMPLE } },
      },
    }),
  },
  problems: ["invalid_json", "invalid_request", "conflict", "payload_too_large", "unsupported_media_type"],
  async handle({ body, response, tenantId, actor, signal }, deps) {
    await checkWebhookUrl(deps, { url: body.url, field: "url" }, signal);
    const { endpoint, secret } = await withAudit(
      deps.sql,
      (sql) => createEndpoint(sql, tenantId, body),
      (made) => ({ actor, action: "webhook.created", target: { type: "webhook", id: made.endpoint.id } }),
    );
    response
      .status(201)
      .set({ Location: `/api/v1/webhooks/${endpoint.id}`, "Cache-Control": "no-store" })
      .json({ ...endpoint, secret });
  },
});
