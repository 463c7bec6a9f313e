import { WebhookDelivery } from "@pharmadb/contracts";
import { getDelivery } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { WEBHOOK_DELIVERY_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchDelivery } from "../../webhooks/missing.ts";
import { DeliveryParams } from "./webhook-params.ts";

export const getDeliveryRoute = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/deliveries/:id",
  operationId: "getDelivery",
  tag: "Webhooks",
  scope: "read",
  summary: "A delivery with its attempts",
  params: DeliveryParams,
  responses: {
    "200": jsonResponse("The delivery.", WebhookDelivery, {
      examples: { delivered: { summary: "One that arrived", value: WEBHOOK_DELIVERY_EXAMPLE } },
    }),
  },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId }, deps) {
    const delivery = await getDelivery(deps.sql, tenantId, id);
    if (!delivery) throw noSuchDelivery(id);
    response.json(delivery);
  },
});
