import { idPattern, listOf, WebhookEndpoint } from "@pharmadb/contracts";
import { listEndpoints } from "@pharmadb/store";
import { z } from "zod";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

export const listWebhooks = defineRoute({
  method: "get",
  path: "/api/v1/webhooks",
  operationId: "listWebhooks",
  tag: "Webhooks",
  scope: "read",
  summary: "Endpoints, newest first",
  query: z.strictObject({
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("whe"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: { "200": jsonResponse("A page of endpoints.", listOf(WebhookEndpoint)) },
  problems: ["invalid_request"],
  async handle({ query, response, tenantId }, deps) {
    response.json(toList(await listEndpoints(deps.sql, tenantId, query)));
  },
});
