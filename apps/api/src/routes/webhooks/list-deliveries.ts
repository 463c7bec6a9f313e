import { idPattern, listOf, WEBHOOK_DELIVERY_STATUSES, WebhookDelivery } from "@pharmadb/contracts";
import { getEndpoint, listDeliveries } from "@pharmadb/store";
import { z } from "zod";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { noSuchEndpoint } from "../../webhooks/missing.ts";
import { EndpointParams } from "./webhook-params.ts";

const Query = z.strictObject({
  status: z.enum(WEBHOOK_DELIVERY_STATUSES).optional(),
  limit: Limit,
  after: z
    .string()
    .regex(idPattern("whd"), "Not a cursor of this list.")
    .optional()
    .meta({ description: "The `next_cursor` of the page before." }),
});

const page = jsonResponse("A page of deliveries.", listOf(WebhookDelivery));

export const listEndpointDeliveries = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/:id/deliveries",
  operationId: "listEndpointDeliveries",
  tag: "Webhooks",
  scope: "read",
  summary: "What was sent to an endpoint, newest first",
  description: "With every attempt: the status, how long it took, and the first 1,024 bytes of the answer.",
  params: EndpointParams,
  query: Query,
  responses: { "200": page },
  problems: ["not_found", "invalid_request"],
  async handle({ params: { id }, query, response, tenantId }, deps) {
    if (!(await getEndpoint(deps.sql, tenantId, id))) throw noSuchEndpoint(id);
    response.json(toList(await listDeliveries(deps.sql, tenantId, { ...query, endpointId: id })));
  },
});

export const listAllDeliveries = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/deliveries",
  operationId: "listDeliveries",
  tag: "Webhooks",
  scope: "read",
  summary: "What was sent, to one-off URLs as well, newest first",
  query: Query.extend({
    research_id: z.string().regex(idPattern("res"), "Not a research id.").optional(),
    batch_id: z.string().regex(idPattern("bat"), "Not a batch id.").optional(),
  }),
  responses: { "200": page },
  problems: ["invalid_request"],
  async handle({ query: { research_id: researchId, batch_id: batchId, ...query }, response, tenantId }, deps) {
    response.json(toList(await listDeliveries(deps.sql, tenantId, { ...query, researchId, batchId })));
  },
});
