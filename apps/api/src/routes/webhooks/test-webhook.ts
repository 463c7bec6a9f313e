import { WebhookDelivery } from "@pharmadb/contracts";
import { createTestDelivery, getDelivery, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { isDisabled, noSuchDelivery, noSuchEndpoint } from "../../webhooks/missing.ts";
import { sendSoon } from "../../webhooks/send-soon.ts";
import { EndpointParams } from "./webhook-params.ts";

export const testWebhook = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/:id/test",
  operationId: "testWebhook",
  tag: "Webhooks",
  scope: "write",
  summary: "Send an endpoint a test event",
  description:
    "It is of the type `webhook.test`, whatever the endpoint listens to, and tried once. Read the delivery to see what came of it.",
  params: EndpointParams,
  responses: {
    "202": jsonResponse("The delivery, about to be sent.", WebhookDelivery, {
      headers: { Location: "The address of the delivery." },
    }),
  },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const made = await withAudit(
      deps.sql,
      (sql) => createTestDelivery(sql, tenantId, id),
      (result) =>
        typeof result === "string" ? null : { actor, action: "webhook.tested", target: { type: "webhook", id } },
    );
    if (made === "missing") throw noSuchEndpoint(id);
    if (made === "endpoint_disabled") throw isDisabled();
    await sendSoon(deps, [made], log);
    const delivery = await getDelivery(deps.sql, tenantId, made.id);
    if (!delivery) throw noSuchDelivery(made.id);
    response.status(202).set("Location", `/api/v1/webhooks/deliveries/${made.id}`).json(delivery);
  },
});
