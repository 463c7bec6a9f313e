import { z } from "zod";

/** What an endpoint can ask to be told. */
export const WEBHOOK_EVENTS = [
  "research.completed",
  "research.failed",
  "research.cancelled",
  "batch.completed",
  "batch.failed",
  "batch.cancelled",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Sent when the owner of an endpoint asks for it, whatever the endpoint listens to. */
export const WEBHOOK_TEST = "webhook.test";

const MAX_URL = 2048;

export const WebhookUrl = z
  .string()
  .max(MAX_URL, `At most ${MAX_URL} characters.`)
  .refine(
    (text) => /^https?:\/\/[^/\s\\\p{Cc}][^\s\\\p{Cc}]*$/iu.test(text) && URL.canParse(text),
    "Not an https:// or http:// URL.",
  )
  .meta({ format: "uri", example: "https://example.com/hooks/pharmadb" });

const Events = z
  .array(z.enum(WEBHOOK_EVENTS))
  .min(1, "Name at least one event, or leave the field out for all.")
  .refine((events) => new Set(events).size === events.length, { message: "An event is named twice." });
const Description = z.string().max(500, "At most 500 characters.");

/** The body of `POST /api/v1/webhooks`. */
export const NewWebhookEndpoint = z.strictObject({
  url: WebhookUrl,
  events: Events.default([...WEBHOOK_EVENTS]).meta({ description: "What to be told; all of it unless named." }),
  description: Description.default(""),
});
export type NewWebhookEndpoint = z.infer<typeof NewWebhookEndpoint>;

/** The body of `PATCH /api/v1/webhooks/:id`; what is left out stays as it is. */
export const WebhookEndpointPatch = z.strictObject({
  url: WebhookUrl.optional(),
  events: Events.optional(),
  description: Description.optional(),
  enabled: z
    .boolean()
    .optional()
    .meta({ description: "`false` ends what waits to be delivered; `true` forgets earlier failures." }),
});
export type WebhookEndpointPatch = z.infer<typeof WebhookEndpointPatch>;

export const WebhookEndpoint = z.object({
  id: z.string(),
  object: z.literal("webhook_endpoint"),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  description: z.string(),
  enabled: z.boolean(),
  disabled_at: z.string().nullable(),
  disabled_reason: z.string().nullable(),
  consecutive_failures: z.number().int().meta({ description: "Attempts that failed since the last that did not." }),
  failing_since: z.string().nullable(),
  previous_secret_expires_at: z
    .string()
    .nullable()
    .meta({ description: "Until then messages are also signed with the secret before the last rotation." }),
  created_at: z.string(),
  updated_at: z.string(),
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

/** One line of an endpoint's own log. */
export const WebhookEndpointEvent = z.object({
  id: z.string(),
  type: z.enum(["disabled", "enabled", "secret_rotated"]),
  detail: z.string().nullable(),
  at: z.string(),
});
export type WebhookEndpointEvent = z.infer<typeof WebhookEndpointEvent>;

const Secret = z.string().meta({
  description: "Verifies what is sent. It is shown here and never again.",
  example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
});

/** An endpoint at the moments when its secret is shown. */
export const WebhookEndpointWithSecret = WebhookEndpoint.extend({ secret: Secret });
export type WebhookEndpointWithSecret = z.infer<typeof WebhookEndpointWithSecret>;

/** An endpoint with what happened to it. */
export const WebhookEndpointWithLog = WebhookEndpoint.extend({
  log: z.array(WebhookEndpointEvent).meta({ description: "What happened to the endpoint, newest first." }),
});
export type WebhookEndpointWithLog = z.infer<typeof WebhookEndpointWithLog>;

/** The secret of a tenant, for one-off URLs. */
export const WebhookSecret = z.object({ object: z.literal("webhook_secret"), secret: Secret });
export type WebhookSecret = z.infer<typeof WebhookSecret>;

export const WebhookAttempt = z.object({
  n: z.number().int(),
  at: z.string(),
  latency_ms: z.number().int().nullable(),
  status: z.number().int().nullable().meta({ description: "Of the answer; null where none came." }),
  error: z
    .string()
    .nullable()
    .meta({ description: "Why it failed; null beside a null `status`: it runs, or was lost with its process." }),
  answer: z.string().nullable().meta({ description: "The first 1,024 bytes of the answer's body." }),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

export const WEBHOOK_DELIVERY_STATUSES = ["pending", "delivered", "failed"] as const;

export const WebhookDelivery = z.object({
  id: z.string().meta({ description: "The `webhook-id` of every attempt." }),
  object: z.literal("webhook_delivery"),
  endpoint_id: z.string().nullable().meta({ description: "Null: the one-off URL of a single job or batch." }),
  research_id: z.string().nullable(),
  batch_id: z.string().nullable(),
  url: z.string(),
  type: z.string(),
  status: z.enum(WEBHOOK_DELIVERY_STATUSES),
  next_attempt_at: z.string().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
  delivered_at: z.string().nullable(),
  attempts: z.array(WebhookAttempt),
  body: z.string().meta({ description: "The exact text that is signed and sent." }),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;
