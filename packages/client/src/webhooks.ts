import {
  type NewWebhookEndpoint,
  type WEBHOOK_DELIVERY_STATUSES,
  WebhookDelivery,
  WebhookEndpoint,
  type WebhookEndpointPatch,
  WebhookEndpointWithLog,
  WebhookEndpointWithSecret,
  WebhookSecret,
} from "@pharmadb/contracts";
import { type Http, jsonBody } from "./http.ts";
import { type Listing, readPages } from "./pages.ts";

/** Which deliveries; `endpointId` leaves no room for the two after it. */
export type DeliveryFilter = {
  status?: (typeof WEBHOOK_DELIVERY_STATUSES)[number];
  endpointId?: string;
  researchId?: string;
  batchId?: string;
};

/** The endpoints of a tenant and what was sent to them, as functions. */
export type WebhookClient = {
  /** The secret is in this answer only. */
  create(endpoint: Pick<NewWebhookEndpoint, "url"> & Partial<NewWebhookEndpoint>): Promise<WebhookEndpointWithSecret>;
  list(options?: Listing): AsyncGenerator<WebhookEndpoint>;
  get(id: string): Promise<WebhookEndpointWithLog>;
  update(id: string, changes: WebhookEndpointPatch): Promise<WebhookEndpoint>;
  delete(id: string): Promise<void>;
  /** The secret before signs for 24 hours more. */
  rotateSecret(id: string): Promise<WebhookEndpointWithSecret>;
  /** Sends a message of the type `webhook.test`; the delivery says what came of it. */
  test(id: string): Promise<WebhookDelivery>;
  /** The secret of what is sent to the URL of a single job or batch. */
  getSecret(): Promise<WebhookSecret>;
  deliveries(filter?: DeliveryFilter, options?: Listing): AsyncGenerator<WebhookDelivery>;
  getDelivery(id: string): Promise<WebhookDelivery>;
  redeliver(id: string): Promise<WebhookDelivery>;
};

const PATH = "/api/v1/webhooks";

export function createWebhookClient(http: Http): WebhookClient {
  const path = (id: string, part = "") => `${PATH}/${encodeURIComponent(id)}${part}`;
  const delivery = (id: string, part = "") => `${PATH}/deliveries/${encodeURIComponent(id)}${part}`;
  return {
    create: (endpoint) => http.json(WebhookEndpointWithSecret, PATH, jsonBody("POST", endpoint)),
    list: (options) => readPages(http, { path: PATH, item: WebhookEndpoint }, options),
    get: (id) => http.json(WebhookEndpointWithLog, path(id)),
    update: (id, changes) => http.json(WebhookEndpoint, path(id), jsonBody("PATCH", changes)),
    delete: async (id) => void (await http.send(path(id), { method: "DELETE" })),
    rotateSecret: (id) => http.json(WebhookEndpointWithSecret, path(id, "/rotate-secret"), { method: "POST" }),
    test: (id) => http.json(WebhookDelivery, path(id, "/test"), { method: "POST" }),
    getSecret: () => http.json(WebhookSecret, `${PATH}/secret`),
    deliveries({ status, endpointId, researchId, batchId } = {}, options = {}) {
      const from = endpointId === undefined ? `${PATH}/deliveries` : path(endpointId, "/deliveries");
      const filter = { status, research_id: researchId, batch_id: batchId };
      return readPages(http, { path: from, item: WebhookDelivery, filter }, options);
    },
    getDelivery: (id) => http.json(WebhookDelivery, delivery(id)),
    redeliver: (id) => http.json(WebhookDelivery, delivery(id, "/redeliver"), { method: "POST" }),
  };
}
