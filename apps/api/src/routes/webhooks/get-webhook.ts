import { WebhookEndpointWithLog } from "@pharmadb/contracts";
import { getEndpoint, listEndpointEvents } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { WEBHOOK_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchEndpoint } from "../../webhooks/missing.ts";
import { EndpointParams } from "./webhook-params.ts";

export const getWebhook = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/:id",
  operationId: "getWebhook",
  tag: "Webhooks",
  scope: "read",
  summary: "An endpoint, and what happened to it",
  description:
    "An endpoint whose every attempt failed for five days is disabled, and so is one that answers 410; `disabled_reason` and `log` say so.",
  params: EndpointParams,
  responses: {
    "200": jsonResponse("The endpoint.", WebhookEndpointWithLog, {
      examples: { one: { summary: "An endpoint", value: { ...WEBHOOK_EXAMPLE, log: [] } } },
    }),
  },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId }, deps) {
    const endpoint = await getEndpoint(deps.sql, tenantId, id);
    if (!endpoint) throw noSuchEndpoint(id);
    response.json({ ...endpoint, log: await listEndpointEvents(deps.sql, tenantId, id) });
  },
});
