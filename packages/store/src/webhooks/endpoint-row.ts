import { WEBHOOK_EVENTS, type WebhookEndpoint } from "@pharmadb/contracts";
import { z } from "zod";

const Time = z.date().transform((time) => time.toISOString());

const EndpointRow = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  description: z.string(),
  disabled_at: Time.nullable(),
  disabled_reason: z.string().nullable(),
  consecutive_failures: z.number(),
  failing_since: Time.nullable(),
  previous_secret_expires_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
});

/** The endpoint in a row of `webhook_endpoints`, without its secrets. */
export function toEndpoint(row: unknown): WebhookEndpoint {
  const { id, url, events, description, ...columns } = EndpointRow.parse(row);
  const enabled = columns.disabled_at === null;
  return { id, object: "webhook_endpoint", url, events, description, enabled, ...columns };
}
