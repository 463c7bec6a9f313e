import { WEBHOOK_EVENTS, type WebhookDelivery, type WebhookEndpoint } from "@pharmadb/contracts";
import { shortTime } from "../short-time.ts";
import { textTable } from "../text-table.ts";

const ENDPOINT_HEAD = ["ID", "STATE", "EVENTS", "URL", "DESCRIPTION"];
const DELIVERY_HEAD = ["ID", "CREATED", "TYPE", "ABOUT", "STATE", "TRIES", "LAST ERROR"];

/** A table of endpoints in lines of text. */
export function describeEndpoints(endpoints: readonly WebhookEndpoint[]): string {
  const cells = endpoints.map((endpoint) => {
    const { id, events, url, description } = endpoint;
    const all = events.length === WEBHOOK_EVENTS.length;
    return [id, stateOf(endpoint), all ? "all" : events.join(","), url, description];
  });
  return textTable([ENDPOINT_HEAD, ...cells]);
}

function stateOf({ enabled, disabled_at, failing_since }: WebhookEndpoint): string {
  if (!enabled) return `disabled ${shortTime(disabled_at, "")}`.trimEnd();
  return failing_since === null ? "works" : `fails since ${shortTime(failing_since, "")}`;
}

/** A table of deliveries in lines of text. */
export function describeDeliveries(deliveries: readonly WebhookDelivery[]): string {
  const cells = deliveries.map(({ id, created_at, type, research_id, batch_id, attempts, last_error, ...delivery }) => [
    id,
    shortTime(created_at, ""),
    type,
    research_id ?? batch_id ?? "-",
    delivery.status,
    String(attempts.length),
    last_error ?? "",
  ]);
  return textTable([DELIVERY_HEAD, ...cells]);
}
