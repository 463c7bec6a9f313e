import { WebhookSecret } from "@pharmadb/contracts";
import { tenantWebhookSecret } from "@pharmadb/store";
import { noteRead } from "../../audit/note-reading.ts";
import { defineRoute } from "../../http/route.ts";
import { WEBHOOK_SECRET_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

export const getWebhookSecret = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/secret",
  operationId: "getWebhookSecret",
  tag: "Webhooks",
  // Whoever may name a one-off URL needs it; who only reads could forge messages with it.
  scope: "write",
  summary: "The secret that signs what is sent to one-off URLs",
  description: "Of your tenant: for the `webhook.url` of a single job or batch. Endpoints have secrets of their own.",
  responses: {
    "200": jsonResponse("The secret.", WebhookSecret, {
      examples: { one: { summary: "A secret", value: { object: "webhook_secret", secret: WEBHOOK_SECRET_EXAMPLE } } },
    }),
  },
  problems: [],
  async handle({ request, response, tenantId, actor }, deps) {
    const secret = await tenantWebhookSecret(deps.sql, tenantId);
    await noteRead(deps, { actor, request }, "webhook.secret_read", null);
    response.set("Cache-Control", "no-store").json({ object: "webhook_secret", secret });
  },
});
