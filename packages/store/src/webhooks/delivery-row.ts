import { WEBHOOK_DELIVERY_STATUSES, type WebhookDelivery } from "@pharmadb/contracts";
import { z } from "zod";

const Time = z.date().transform((time) => time.toISOString());

const DeliveryRow = z.object({
  id: z.string(),
  endpoint_id: z.string().nullable(),
  research_id: z.string().nullable(),
  batch_id: z.string().nullable(),
  url: z.string(),
  type: z.string(),
  status: z.enum(WEBHOOK_DELIVERY_STATUSES),
  next_attempt_at: Time.nullable(),
  last_error: z.string().nullable(),
  created_at: Time,
  delivered_at: Time.nullable(),
  log: z.array(
    z.object({
      n: z.number(),
      at: z.string().transform((time) => new Date(time).toISOString()),
      latency_ms: z.number().nullable(),
      status: z.number().nullable(),
      error: z.string().nullable(),
      answer: z.string().nullable(),
    }),
  ),
  body: z.string(),
});

/** Selects deliveries as `toDelivery` reads them, those of an endpoint with the url that it has now. */
export const SELECT_DELIVERIES = `
  select delivery.*, coalesce(endpoint.url, delivery.url) as url, coalesce(attempt.log, '[]') as log
  from webhook_deliveries as delivery
  left join webhook_endpoints as endpoint on endpoint.id = delivery.endpoint_id
  left join lateral (
    select json_agg(json_build_object(
      'n', n, 'at', at, 'latency_ms', latency_ms, 'status', status, 'error', error, 'answer', answer
    ) order by n) as log
    from webhook_attempts where delivery_id = delivery.id
  ) as attempt on true`;

export function toDelivery(row: unknown): WebhookDelivery {
  const { id, log, body, ...columns } = DeliveryRow.parse(row);
  return { id, object: "webhook_delivery", ...columns, attempts: log, body };
}
