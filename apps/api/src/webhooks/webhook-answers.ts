import { WebhookEndpoint, WebhookEndpointEvent } from "@pharmadb/contracts";
import { z } from "zod";

const Secret = z.string().meta({
  description: "Verifies what is sent. It is shown here and never again.",
  example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
});

/** An endpoint at the moments when its secret is shown. */
export const EndpointWithSecret = WebhookEndpoint.extend({ secret: Secret });

/** An endpoint with what happened to it. */
export const EndpointWithLog = WebhookEndpoint.extend({
  log: z.array(WebhookEndpointEvent).meta({ description: "What happened to the endpoint, newest first." }),
});

export const TenantSecret = z.object({ object: z.literal("webhook_secret"), secret: Secret });
