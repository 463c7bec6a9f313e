import { WebhookDelivery } from "@pharmadb/contracts";
import { getDelivery, redeliver, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { isDisabled, noSuchDelivery } from "../../webhooks/missing.ts";
import { sendSoon } from "../../webhooks/send-soon.ts";
import { DeliveryParams } from "./webhook-params.ts";

export const redeliverRoute = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/deliveries/:id/redeliver",
  operationId: "redeliver",
  tag: "Webhooks",
  scope: "write",
  summary: "Send a delivery again",
  description:
    "The same message under the same `webhook-id`, whatever became of it before, now and, where that fails, by the schedule from its beginning.",
  params: DeliveryParams,
  responses: { "202": jsonResponse("The delivery, about to be sent.", WebhookDelivery) },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const due = await withAudit(
      deps.sql,
      (sql) => redeliver(sql, tenantId, id),
      (result) =>
        typeof result === "string" ? null : { actor, action: "delivery.sent_again", target: { type: "delivery", id } },
    );
    if (due === "missing") throw noSuchDelivery(id);
    if (due === "endpoint_disabled") throw isDisabled();
    await sendSoon(deps, [due], log);
    const delivery = await getDelivery(deps.sql, tenantId, id);
    if (!delivery) throw noSuchDelivery(id);
    response.status(202).json(delivery);
  },
});
