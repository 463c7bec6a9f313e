import { deleteEndpoint, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { noSuchEndpoint } from "../../webhooks/missing.ts";
import { EndpointParams } from "./webhook-params.ts";

export const deleteWebhook = defineRoute({
  method: "delete",
  path: "/api/v1/webhooks/:id",
  operationId: "deleteWebhook",
  tag: "Webhooks",
  scope: "write",
  summary: "Erase an endpoint with its deliveries",
  params: EndpointParams,
  responses: { "204": { description: "It is gone." } },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId, actor }, deps) {
    const isDeleted = await withAudit(
      deps.sql,
      (sql) => deleteEndpoint(sql, tenantId, id),
      (deleted) => (deleted ? { actor, action: "webhook.deleted", target: { type: "webhook", id } } : null),
    );
    if (!isDeleted) throw noSuchEndpoint(id);
    response.status(204).end();
  },
});
